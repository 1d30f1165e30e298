-- How well the use of support plans was projected at the ends of past months, and how often the ranges held
-- Grain: one row per horizon.
-- Permission: view_escalations
-- Parameter as_of_on date: what happened is read as of the end of this day.
--
-- The sums of escalations/projection_tests: over all of them (`all`) and by how many days ahead was looked (`1-90`, `91-180`, `181+`). mean_absolute_error_share =
-- mean of |used - projected| / entitled; mean_error_share without the bars: above 0 when more was used than projected. use_in_range_rate = tests
-- whose use lay in the range / tests; 0.8 is what the range promises. mean_absolute_error_days = mean of |day it ran out - projected
-- day|, over the run_out_count tests of which the entitlement ran out after the cut-off day. day_in_range_rate = tests whose range of days held / the
-- day_test_count tests of which that is known. false_alarm_count: projected to run out before the term's end, and lasted; missed_count: the reverse.
with

tests as (
    select * from plan_projection_tests($as_of_on)
),

horizons as (
    select 0 as horizon_order, 'all' as horizon, 1 as from_days, null as to_days
    union all
    select 1, '1-90', 1, 90
    union all
    select 2, '91-180', 91, 180
    union all
    select 3, '181+', 181, null
),

projection_backtest as (
    select
        horizons.horizon,
        cast(round(avg(abs(tests.error_share)), 4) as decimal(18, 4)) as mean_absolute_error_share,
        cast(round(avg(tests.error_share), 4) as decimal(18, 4)) as mean_error_share,
        cast(round(count(*) filter (where tests.is_use_in_range) / count(*), 4) as decimal(18, 4)) as use_in_range_rate,
        cast(round(avg(abs(tests.error_days)), 4) as decimal(18, 4)) as mean_absolute_error_days,
        cast(round(avg(tests.error_days), 4) as decimal(18, 4)) as mean_error_days,
        cast(
            round(count(*) filter (where tests.is_day_in_range) / nullif(count(tests.is_day_in_range), 0), 4) as decimal(18, 4)
        ) as day_in_range_rate,
        count(*) as test_count,
        count(distinct tests.support_plan_id) as plan_count,
        count(tests.error_days) as run_out_count,
        count(tests.is_day_in_range) as day_test_count,
        count(*) filter (where tests.outcome = 'lasted' and tests.runs_out_on < tests.ends_on) as false_alarm_count,
        count(*) filter (where tests.outcome = 'ran_out' and tests.runs_out_on >= tests.ends_on) as missed_count
    from horizons
    inner join tests
        on tests.ahead_days >= horizons.from_days
        and (horizons.to_days is null or tests.ahead_days <= horizons.to_days)
    group by horizons.horizon, horizons.horizon_order
    order by horizons.horizon_order
)

select * from projection_backtest
