-- Commercial against technical: service requests of a period by the kind of their vehicle and the support type of their case.
-- Grain: one row per vehicle_type, support_type.
-- Permission: view_escalations
-- Tables: online_services, category_types, vehicle_scopes
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
--
-- An empty support_type: the request names no case, or nobody knows the case's. mismatched_count: requests whose vehicle does not cover
-- their case's support type or platform, listed by escalations/mismatched_requests.
with

request_types as (
    select
        vehicle_type,
        support_type,
        count(*) as request_count,
        count(*) filter (where mismatch_type is not null) as mismatched_count
    from rate_requests($from_on, $to_on, $viewer_agent, null)
    group by vehicle_type, support_type
    order by vehicle_type, support_type nulls last
)

select * from request_types
