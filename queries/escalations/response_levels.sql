-- Microsoft's response targets: how many escalated requests were answered within the target for their severity, as far as events tell.
-- Grain: one row per severity.
-- Permission: view_escalations
-- Parameter at timestamp: the instant; known is what had happened before it.
-- Parameter from_on date: only requests opened on or after this day, in company time.
-- Parameter to_on date: only requests opened up to this day.
-- Tables: business_hours, service_goals
--
-- attainment_rate = met / (met + breached); unknown is what no event tells, and is in neither.
with

responses as (
    select microsoft_responses.*
    from microsoft_responses($at, $from_on, $to_on) as microsoft_responses
    left join customers on customers.customer_id = microsoft_responses.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
),

counts as (
    select
        severity,
        min(clock) filter (where goal_minutes is not null) as clock,
        min(goal_minutes) as goal_minutes,
        count(*) as request_count,
        count(*) filter (where response_status = 'met') as met_count,
        count(*) filter (where response_status = 'breached') as breached_count,
        count(*) filter (where response_status = 'running') as running_count,
        count(*) filter (where response_status = 'unknown') as unknown_count,
        count(*) filter (where response_status = 'none') as none_count
    from responses
    group by severity
),

response_levels as (
    select *, cast(round(met_count / nullif(met_count + breached_count, 0), 4) as decimal(18, 4)) as attainment_rate
    from counts
    order by severity nulls last
)

select * from response_levels
