-- Service levels by category, assignee, customer, support offer or month of opening, all severities together.
-- Grain: one row per goal_type, dimension_value.
-- Permission: view_cases
-- Parameter at timestamp: the instant; known is what had happened before it.
-- Parameter from_on date: only cases opened on or after this day, in company time.
-- Parameter to_on date: only cases opened up to this day.
-- Parameter clock text = agreed (agreed, calendar, business): which clock counts; agreed is the one that the rules name for the goal.
-- Parameter dimension text = category (category, assignee, customer, offer, month): by what the cases are grouped.
-- Tables: business_hours, service_goals
--
-- An empty dimension_value is a group of its own: no assignee, or no offer that promises the response. Months come in their order, all
-- else by what was breached most. attainment_rate = met / (met + breached).
with

records as (
    select *, case when $dimension = 'customer' then customer_name else dimension_value end as dimension_name
    from service_records($at, $clock, $from_on, $to_on, 'all', $dimension)
    where $viewer_agent is null or sales_agent = $viewer_agent
),

counts as (
    select
        goal_type,
        dimension_value,
        dimension_name,
        count(*) as case_count,
        count(*) filter (where goal_status = 'met') as met_count,
        count(*) filter (where goal_status = 'breached') as breached_count,
        count(*) filter (where goal_status = 'running') as running_count,
        count(*) filter (where goal_status = 'none') as none_count
    from records
    group by goal_type, dimension_value, dimension_name
),

service_level_by as (
    select
        goal_type,
        dimension_value,
        dimension_name,
        case_count,
        met_count,
        breached_count,
        running_count,
        none_count,
        cast(round(met_count / nullif(met_count + breached_count, 0), 4) as decimal(18, 4)) as attainment_rate
    from counts
    order by
        goal_type desc,
        case when $dimension = 'month' then dimension_value end,
        breached_count desc,
        case_count desc,
        dimension_name,
        dimension_value
)

select * from service_level_by
