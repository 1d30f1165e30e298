-- Service requests behind the case rate of a period, the newest first.
-- Grain: one row per service_request_id.
-- Permission: view_escalations
-- Tables: online_services, category_types, vehicle_scopes
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter by text = null (vehicle, category, product, assignee, severity, support_type, customer): by what they are grouped; with dimension_value, one group.
-- Parameter dimension_value text = null: the group, if `by` is given; the one without a value when left out.
-- Parameter vehicle_type text = null (commercial, technical): vehicles of one kind; all when left out.
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
    from rate_requests($from_on, $to_on, $viewer_agent, $by)
    where ($by is null or dimension_value is not distinct from $dimension_value)
        and ($vehicle_type is null or vehicle_type = $vehicle_type)
    order by opened_at desc, service_request_id
    limit $row_limit offset $row_offset
)

select * from requests
