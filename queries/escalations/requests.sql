-- Service requests opened up to a day, newest first.
-- Grain: one row per service_request_id.
-- Permission: view_escalations
-- Parameter as_of_on date: as of the end of this day.
-- Parameter support_vehicle text = null (commercial, psfp, asfp, cloud, on_premises): one vehicle; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
with

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

requests as (
    select
        service_requests.service_request_id,
        customers.customer_id,
        customers.customer_name,
        service_requests.case_id,
        service_requests.title,
        service_requests.support_vehicle,
        service_requests.used_support_plan_id as support_plan_id,
        service_requests.severity,
        coalesce(service_requests.closed_at is null or service_requests.closed_at >= day_end.ends_at, true) as is_open,
        service_requests.opened_at,
        case when service_requests.closed_at < day_end.ends_at then service_requests.closed_at end as closed_at,
        service_requests.hours_used,
        count(*) over () as row_count
    from service_requests
    cross join day_end
    left join customers on customers.customer_id = service_requests.customer_id
    where service_requests.opened_on <= $as_of_on
        and ($support_vehicle is null or service_requests.support_vehicle = $support_vehicle)
        and ($customer_id is null or service_requests.customer_id = $customer_id)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by service_requests.opened_at desc, service_requests.service_request_id
    limit $row_limit offset $row_offset
)

select * from requests
