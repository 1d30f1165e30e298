-- How well the sums expected by a day would have done at the ends of past months, so many days ahead.
-- Grain: one row per ahead_days.
-- Permission: view_receivables
-- Parameter as_of_on date: what happened is read as of the end of this day.
--
-- At each cut-off day (macro forecast_tests) and in each currency: what was paid in the days after it, beside what the expected days say
-- (mean_absolute_error_rate: the mean size of the difference, as a share of what was open) and the range of 80 % of the sum, told as
-- in the macro expected_sums (in_range_rate: how often it lay inside; below_range_rate: how often less was paid than its low
-- end). Items still open count as not paid; those that ended without a payment are left out.
with

horizons as (
    select cast(unnest([7, 14, 28, 56, 91]) as integer) as ahead_days
),

tests as (
    select * from forecast_tests($as_of_on, $viewer_agent)
    where method = 'own_history' and outcome in ('paid', 'open')
),

case_sums as (
    select
        horizons.ahead_days,
        tests.cutoff_on,
        tests.currency,
        tests.customer_id,
        cases.case_number,
        cast(sum(tests.amount_outstanding) as double) as amount_paid
    from tests
    cross join (select unnest(generate_series(1, 10)) as case_number) as cases
    inner join horizons on tests.aged_from_on + tests.likely_days[cases.case_number] <= tests.cutoff_on + horizons.ahead_days
    group by all
),

customer_sums as (
    select
        ahead_days,
        cutoff_on,
        currency,
        sum(amount_paid) / 10 as amount_mean,
        count(*) / 10 * (var_pop(amount_paid) + (1 - count(*) / 10) * avg(amount_paid) * avg(amount_paid)) as amount_variance
    from case_sums
    group by ahead_days, cutoff_on, currency, customer_id
),

spreads as (
    select
        ahead_days,
        cutoff_on,
        currency,
        sum(amount_mean) as amount_mean,
        1.2816 * sqrt(sum(amount_variance)) as amount_spread
    from customer_sums
    group by ahead_days, cutoff_on, currency
),

sums as (
    select
        horizons.ahead_days,
        tests.cutoff_on,
        tests.currency,
        sum(tests.amount_outstanding) as amount_open,
        coalesce(sum(tests.amount_outstanding) filter (where tests.said_on <= tests.cutoff_on + horizons.ahead_days), 0) as amount_said,
        coalesce(sum(tests.amount_outstanding) filter (where tests.settled_on <= tests.cutoff_on + horizons.ahead_days), 0) as amount_paid
    from tests
    cross join horizons
    group by horizons.ahead_days, tests.cutoff_on, tests.currency
),

ranges as (
    select
        sums.*,
        least(sums.amount_said, cast(round(
            coalesce(spreads.amount_mean - spreads.amount_spread, 0), currencies.minor_units
        ) as decimal(38, 4))) as amount_low,
        greatest(sums.amount_said, cast(round(
            coalesce(spreads.amount_mean + spreads.amount_spread, 0), currencies.minor_units
        ) as decimal(38, 4))) as amount_high
    from sums
    inner join currencies on currencies.currency = sums.currency
    left join spreads
        on spreads.ahead_days = sums.ahead_days
        and spreads.cutoff_on = sums.cutoff_on
        and spreads.currency = sums.currency
),

backtest_weeks as (
    select
        ahead_days,
        cast(round(avg(abs(amount_said - amount_paid) / amount_open), 4) as decimal(18, 4)) as mean_absolute_error_rate,
        cast(round(count(*) filter (where amount_paid between amount_low and amount_high) / count(*), 4) as decimal(18, 4))
            as in_range_rate,
        cast(round(count(*) filter (where amount_paid < amount_low) / count(*), 4) as decimal(18, 4)) as below_range_rate,
        count(*) as sum_count
    from ranges
    group by ahead_days
    order by ahead_days
)

select * from backtest_weeks
