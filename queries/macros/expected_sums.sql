-- What customers are expected to pay by week, what of it has no week, and how far the sums may reach, from the end of a day on.
-- Grain: one row per currency, is_converted, week.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
--
-- A table macro of the warehouse, `expected_sums(seen_on, seen_by)`; cash/expected_weeks says what the rows are. Low and high: each customer
-- has ten cases, each as likely as the others, from its quickest to its slowest; in a case each of its items is paid on the day that
-- likely_days gives for it. Customers are taken as independent: the mean of the sum is that of its customers, and its variance the
-- sum of theirs. 1.2816 standard deviations on either side of the mean hold 80 % of a normal distribution; the range is
-- widened to the sum by expected days, and ends at nothing and at all.
with

items as (
    select * from expected_cash(seen_on, seen_by)
),

parts as (
    select
        currency, false as is_converted, customer_id, week, expected_on, aged_from_on, likely_days, aged_from_on < seen_on as is_overdue,
        amount_expected as amount_part
    from items
    union all
    select currency, false, customer_id, 'already_here', null, null, null, aged_from_on < seen_on, amount_already_here
    from items
    union all
    select
        company_currency, true, customer_id, week, expected_on, aged_from_on, likely_days, aged_from_on < seen_on,
        amount_expected_company
    from items
    where amount_outstanding_company is not null
    union all
    select company_currency, true, customer_id, 'already_here', null, null, null, aged_from_on < seen_on, amount_already_here_company
    from items
    where amount_outstanding_company is not null
),

weeks as (
    select week, week_order, starts_on, ends_on from cash_weeks(seen_on)
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

-- What a customer pays in each of its ten cases, by the week in which that is; after the last week nobody asks.
case_weeks as (
    select
        parts.currency,
        parts.is_converted,
        parts.customer_id,
        cases.case_number,
        (parts.aged_from_on + parts.likely_days[cases.case_number] - cast(date_trunc('week', seen_on + 1) as date)) // 7 + 1 as week_order,
        sum(parts.amount_part) as amount_paid
    from parts
    cross join (select unnest(generate_series(1, 10)) as case_number) as cases
    where parts.week not in ('disputed', 'no_day', 'already_here') and parts.amount_part <> 0
    group by all
),

case_sums as (
    select
        paid.currency, paid.is_converted, paid.customer_id, paid.case_number, weeks.week_order,
        cast(sum(paid.amount_paid) as double) as amount_paid
    from case_weeks as paid
    inner join cash_weeks(seen_on) as weeks on weeks.week_order >= paid.week_order
    group by all
),

-- A case in which nothing has been paid yet is not among the rows: it counts as nothing.
customer_sums as (
    select
        currency,
        is_converted,
        week_order,
        sum(amount_paid) / 10 as amount_mean,
        count(*) / 10 * (var_pop(amount_paid) + (1 - count(*) / 10) * avg(amount_paid) * avg(amount_paid)) as amount_variance
    from case_sums
    group by currency, is_converted, customer_id, week_order
),

spreads as (
    select
        currency,
        is_converted,
        week_order,
        sum(amount_mean) as amount_mean,
        1.2816 * sqrt(sum(amount_variance)) as amount_spread
    from customer_sums
    group by currency, is_converted, week_order
),

cumulative as (
    select
        calendar.currency,
        calendar.is_converted,
        calendar.week_order,
        coalesce(sum(parts.amount_part) filter (where parts.expected_on <= calendar.ends_on), 0) as amount_cumulative,
        sum(parts.amount_part) as amount_all
    from calendar
    left join parts
        on parts.currency = calendar.currency
        and parts.is_converted = calendar.is_converted
        and parts.week not in ('disputed', 'no_day', 'already_here')
    where calendar.ends_on is not null
    group by calendar.currency, calendar.is_converted, calendar.week_order
),

ranges as (
    select
        cumulative.*,
        cast(round(coalesce(spreads.amount_mean - spreads.amount_spread, 0), currencies.minor_units) as decimal(38, 4)) as amount_low,
        cast(round(coalesce(spreads.amount_mean + spreads.amount_spread, 0), currencies.minor_units) as decimal(38, 4)) as amount_high
    from cumulative
    inner join currencies on currencies.currency = cumulative.currency
    left join spreads
        on spreads.currency = cumulative.currency
        and spreads.is_converted = cumulative.is_converted
        and spreads.week_order = cumulative.week_order
)

select
    calendar.currency,
    calendar.week,
    calendar.is_converted,
    calendar.starts_on,
    calendar.ends_on,
    cast(coalesce(by_week.amount_expected, 0) as decimal(38, 4)) as amount_expected,
    cast(coalesce(by_week.amount_overdue, 0) as decimal(38, 4)) as amount_overdue,
    cast(ranges.amount_cumulative as decimal(38, 4)) as amount_cumulative,
    greatest(0, least(ranges.amount_low, ranges.amount_cumulative)) as amount_cumulative_low,
    least(ranges.amount_all, greatest(ranges.amount_high, ranges.amount_cumulative)) as amount_cumulative_high,
    calendar.week_order,
    coalesce(by_week.item_count, 0) as item_count
from calendar
left join by_week
    on by_week.currency = calendar.currency
    and by_week.is_converted = calendar.is_converted
    and by_week.week = calendar.week
left join ranges
    on ranges.currency = calendar.currency
    and ranges.is_converted = calendar.is_converted
    and ranges.week_order = calendar.week_order
