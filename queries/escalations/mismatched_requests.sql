-- Service requests of a period whose vehicle does not cover their case: not its support type, or not its platform.
-- Grain: one row per service_request_id.
-- Permission: view_escalations
-- Tables: online_services, category_types, vehicle_scopes
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
with

requests as (
    select
        service_request_id,
        customer_id,
        customer_name,
        case_id,
        title,
        support_vehicle,
        vehicle_type,
        support_plan_id,
        severity,
        case_category,
        support_type,
        product_name,
        platform,
        mismatch_type,
        opened_at,
        closed_at,
        hours_used,
        count(*) over () as row_count
    from rate_requests($from_on, $to_on, $viewer_agent, null)
    where mismatch_type is not null
    order by mismatch_type desc, opened_at desc, service_request_id
    limit $row_limit offset $row_offset
)

select * from requests
