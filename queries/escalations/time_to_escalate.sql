-- Time to escalate: from the opening of a support case to its first request to Microsoft or escalation, by group.
-- Grain: one row per dimension_value.
-- Permission: view_escalations
-- Tables: online_services, category_types
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter by text = null (vehicle, category, product, assignee, severity, support_type, customer): by what they are grouped; all in one row when left out.
--
-- Of the cases first escalated in the period, whenever they were opened. Percentiles are continuous. undated_case_count: cases opened in
-- the period of which only their row says that they are escalated, not since when; they are in no time.
with

span as (
    select
        timezone('UTC', timezone(time_zone, cast($from_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast($to_on + 1 as timestamp))) as ends_at
    from build
),

escalated as (
    select
        found.dimension_value,
        found.dimension_name,
        found.is_escalation_dated,
        epoch(found.escalated_at - found.opened_at) / 60.0 as minutes
    from escalated_cases($to_on, $viewer_agent, $by) as found
    cross join span
    where found.is_escalated and found.escalated_at >= span.starts_at and found.escalated_at < span.ends_at
),

time_to_escalate as (
    select
        dimension_value,
        coalesce(max(dimension_name), dimension_value) as dimension_name,
        count(*) filter (where is_escalation_dated) as case_count,
        count(*) filter (where not is_escalation_dated) as undated_case_count,
        quantile_cont(minutes, 0.5) filter (where is_escalation_dated) as minutes_p50,
        quantile_cont(minutes, 0.9) filter (where is_escalation_dated) as minutes_p90
    from escalated
    group by dimension_value
    order by case_count desc, dimension_name nulls last, dimension_value
)

select * from time_to_escalate
