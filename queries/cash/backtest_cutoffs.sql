-- How well the forecast of payment days would have done at the end of each past month, beside three simple rules.
-- Grain: one row per cutoff_on, method.
-- Permission: view_receivables
-- Parameter as_of_on date: what happened is read as of the end of this day.
--
-- The same figures as cash/backtest, for each cut-off day.
with

tests as (
    select * from forecast_tests($as_of_on, $viewer_agent)
),

backtest_cutoffs as (
    select
        method,
        cutoff_on,
        cast(round(avg(abs(error_days)), 4) as decimal(18, 4)) as mean_absolute_error_days,
        cast(round(count(*) filter (where is_in_range) / nullif(count(is_in_range), 0), 4) as decimal(18, 4)) as in_range_rate,
        count(error_days) as item_count,
        count(*) filter (where outcome = 'open') as still_open_count
    from tests
    group by method, method_order, cutoff_on
    order by cutoff_on, method_order
)

select * from backtest_cutoffs
