-- How well the sums expected by a day would have done at the ends of past months, so many days ahead.
-- Grain: one row per ahead_days.
-- Permission: view_receivables
-- Parameter as_of_on date: what happened is read as of the end of this day.
--
-- At each cut-off day (macro forecast_tests) and in each currency: what was paid in the days after it, beside what the expected days say
-- (mean_absolute_error_rate: the mean size of the difference, as a share of what was open) and the two ends of the ranges
-- (in_range_rate: how often it lay between them). Items still open count as not paid; those that ended without a payment are left out.
with

tests as (
    select * from forecast_tests($as_of_on, $viewer_agent)
    where method = 'own_history' and outcome in ('paid', 'open')
),

sums as (
    select
        horizons.ahead_days,
        tests.cutoff_on,
        tests.currency,
        sum(tests.amount_outstanding) as amount_open,
        coalesce(sum(tests.amount_outstanding) filter (where tests.said_on <= tests.cutoff_on + horizons.ahead_days), 0) as amount_said,
        coalesce(sum(tests.amount_outstanding) filter (where tests.late_on <= tests.cutoff_on + horizons.ahead_days), 0) as amount_low,
        coalesce(sum(tests.amount_outstanding) filter (where tests.early_on <= tests.cutoff_on + horizons.ahead_days), 0) as amount_high,
        coalesce(sum(tests.amount_outstanding) filter (where tests.settled_on <= tests.cutoff_on + horizons.ahead_days), 0) as amount_paid
    from tests
    cross join (select cast(unnest([7, 14, 28, 56, 91]) as integer) as ahead_days) as horizons
    group by horizons.ahead_days, tests.cutoff_on, tests.currency
),

backtest_weeks as (
    select
        ahead_days,
        cast(round(avg(abs(amount_said - amount_paid) / amount_open), 4) as decimal(18, 4)) as mean_absolute_error_rate,
        cast(round(count(*) filter (where amount_paid between amount_low and amount_high) / count(*), 4) as decimal(18, 4))
            as in_range_rate,
        count(*) as sum_count
    from sums
    group by ahead_days
    order by ahead_days
)

select * from backtest_weeks
