-- How well the forecast of payment days would have done at the ends of past months, beside three simple rules.
-- Grain: one row per method.
-- Permission: view_receivables
-- Parameter as_of_on date: what happened is read as of the end of this day.
--
-- Methods, cut-off days and outcomes: the macro forecast_tests. All methods are measured on the same items: those that were paid. The mean
-- absolute error is in days; median_error_days is signed, positive is paid later than said. in_range_rate: share inside the range
-- of 80 %, items still open after their range is over among those outside. is_beaten: a simple rule with a larger mean
-- absolute error than the forecast.
with

tests as (
    select * from forecast_tests($as_of_on, $viewer_agent)
),

by_method as (
    select
        method,
        method_order,
        avg(abs(error_days)) as mean_absolute_error,
        median(error_days) as median_error,
        count(*) filter (where abs(error_days) <= 7) / nullif(count(error_days), 0) as within_week,
        count(*) filter (where is_in_range) / nullif(count(is_in_range), 0) as in_range,
        count(distinct cutoff_on) filter (where outcome = 'paid') as cutoff_count,
        count(error_days) as item_count,
        count(*) filter (where outcome = 'open') as still_open_count,
        count(*) filter (where outcome = 'unpaid') as unpaid_count,
        count(*) filter (where outcome = 'no_day') as no_day_count
    from tests
    group by method, method_order
),

backtest as (
    select
        method,
        case
            when method <> 'own_history'
                then mean_absolute_error > max(mean_absolute_error) filter (where method = 'own_history') over ()
        end as is_beaten,
        cast(round(mean_absolute_error, 4) as decimal(18, 4)) as mean_absolute_error_days,
        cast(round(median_error, 1) as decimal(18, 1)) as median_error_days,
        cast(round(within_week, 4) as decimal(18, 4)) as within_week_rate,
        cast(round(in_range, 4) as decimal(18, 4)) as in_range_rate,
        cutoff_count,
        item_count,
        still_open_count,
        unpaid_count,
        no_day_count
    from by_method
    order by method_order
)

select * from backtest
