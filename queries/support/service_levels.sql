-- Service levels: how many first responses and resolutions met their goal, breached it or still run, per severity.
-- Grain: one row per goal_type, severity.
-- Permission: view_cases
-- Parameter at timestamp: the instant; known is what had happened before it.
-- Parameter from_on date: only cases opened on or after this day, in company time.
-- Parameter to_on date: only cases opened up to this day.
-- Parameter clock text = agreed (agreed, calendar, business): which clock counts; agreed is the one that the rules name for the goal.
-- Tables: business_hours, service_goals
--
-- attainment_rate = met / (met + breached): what still runs, and what nobody promised (none), is in neither. The percentiles are of what
-- was answered or resolved, promised or not, by the clock that counts.
with

records as (
    select *
    from service_records($at, $clock, $from_on, $to_on, 'all', 'category')
    where $viewer_agent is null or sales_agent = $viewer_agent
),

counts as (
    select
        goal_type,
        severity,
        min(clock) as clock,
        count(*) as case_count,
        count(*) filter (where goal_status = 'met') as met_count,
        count(*) filter (where goal_status = 'breached') as breached_count,
        count(*) filter (where goal_status = 'running') as running_count,
        count(*) filter (where goal_status = 'none') as none_count,
        round(quantile_cont(taken_us / 60000000.0, 0.5) filter (where done_at is not null), 4) as elapsed_minutes_p50,
        round(quantile_cont(taken_us / 60000000.0, 0.9) filter (where done_at is not null), 4) as elapsed_minutes_p90
    from records
    group by goal_type, severity
),

service_levels as (
    select
        goal_type,
        severity,
        clock,
        case_count,
        met_count,
        breached_count,
        running_count,
        none_count,
        cast(round(met_count / nullif(met_count + breached_count, 0), 4) as decimal(18, 4)) as attainment_rate,
        elapsed_minutes_p50,
        elapsed_minutes_p90
    from counts
    order by goal_type desc, severity nulls last
)

select * from service_levels
