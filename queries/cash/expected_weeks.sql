-- What customers are expected to pay, by week: 13 weeks, what comes later, and what is not expected.
-- Grain: one row per currency, is_converted, week.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
--
-- Per currency of the invoices, and once more for all of them in company currency at booked rates (is_converted). The rows of a
-- currency add up to what is outstanding in it: the weeks, `later`, `disputed` and `no_day` (not expected), `already_here` (unapplied
-- money that settles it). Cumulative: paid by the end of the week, if everybody pays on the expected day, on the late end of their
-- range (low), on the early end (high). How often the sum lay between: cash/backtest_weeks.
with

items as (
    select * from expected_cash($as_of_on, $viewer_agent)
),

parts as (
    select
        currency, false as is_converted, week, expected_on, earliest_on, latest_on, aged_from_on < $as_of_on as is_overdue,
        amount_expected as amount_part
    from items
    union all
    select currency, false, 'already_here', null, null, null, aged_from_on < $as_of_on, amount_already_here
    from items
    union all
    select company_currency, true, week, expected_on, earliest_on, latest_on, aged_from_on < $as_of_on, amount_expected_company
    from items
    where amount_outstanding_company is not null
    union all
    select company_currency, true, 'already_here', null, null, null, aged_from_on < $as_of_on, amount_already_here_company
    from items
    where amount_outstanding_company is not null
),

weeks as (
    select week, week_order, starts_on, ends_on from cash_weeks($as_of_on)
    union all
    values ('later', 14, null, null), ('disputed', 15, null, null), ('no_day', 16, null, null), ('already_here', 17, null, null)
),

calendar as (
    select currencies_seen.currency, currencies_seen.is_converted, weeks.*
    from (select distinct currency, is_converted from parts) as currencies_seen
    cross join weeks
),

by_week as (
    select
        currency,
        is_converted,
        week,
        sum(amount_part) as amount_expected,
        coalesce(sum(amount_part) filter (where is_overdue), 0) as amount_overdue,
        count(*) filter (where amount_part <> 0) as item_count
    from parts
    group by currency, is_converted, week
),

cumulative as (
    select
        calendar.currency,
        calendar.is_converted,
        calendar.week,
        coalesce(sum(parts.amount_part) filter (where parts.expected_on <= calendar.ends_on), 0) as amount_cumulative,
        coalesce(sum(parts.amount_part) filter (where parts.latest_on <= calendar.ends_on), 0) as amount_cumulative_low,
        coalesce(sum(parts.amount_part) filter (
            where coalesce(parts.earliest_on, parts.expected_on) <= calendar.ends_on
        ), 0) as amount_cumulative_high
    from calendar
    left join parts
        on parts.currency = calendar.currency
        and parts.is_converted = calendar.is_converted
        and parts.week not in ('disputed', 'no_day')
    where calendar.ends_on is not null
    group by calendar.currency, calendar.is_converted, calendar.week
),

expected_weeks as (
    select
        calendar.currency,
        calendar.week,
        calendar.is_converted,
        calendar.starts_on,
        calendar.ends_on,
        cast(coalesce(by_week.amount_expected, 0) as decimal(38, 4)) as amount_expected,
        cast(coalesce(by_week.amount_overdue, 0) as decimal(38, 4)) as amount_overdue,
        cast(cumulative.amount_cumulative as decimal(38, 4)) as amount_cumulative,
        cast(cumulative.amount_cumulative_low as decimal(38, 4)) as amount_cumulative_low,
        cast(cumulative.amount_cumulative_high as decimal(38, 4)) as amount_cumulative_high,
        calendar.week_order,
        coalesce(by_week.item_count, 0) as item_count
    from calendar
    left join by_week
        on by_week.currency = calendar.currency
        and by_week.is_converted = calendar.is_converted
        and by_week.week = calendar.week
    left join cumulative
        on cumulative.currency = calendar.currency
        and cumulative.is_converted = calendar.is_converted
        and cumulative.week = calendar.week
    order by calendar.is_converted, calendar.currency, calendar.week_order
)

select * from expected_weeks
