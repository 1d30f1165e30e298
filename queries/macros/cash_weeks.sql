-- The 13 ISO weeks from the day after a day on; the first one is what is left of the week.
-- Grain: one row per week_order.
-- Parameter seen_on date: the last day before the weeks.
--
-- A table macro of the warehouse, `cash_weeks(seen_on)`.
select
    week_order,
    strftime(monday_on, '%G-W%V') as week,
    greatest(monday_on, seen_on + 1) as starts_on,
    monday_on + 6 as ends_on
from (
    select
        cast(step as integer) as week_order,
        cast(date_trunc('week', seen_on + 1) as date) + 7 * cast(step - 1 as integer) as monday_on
    from (select unnest(generate_series(1, 13)) as step) as steps
) as weeks
