-- Requests to Microsoft of one support case, opened before an instant, the newest first.
-- Grain: one row per service_request_id.
-- Permission: view_escalations
-- Parameter case_id text: the case.
-- Parameter at timestamp: the instant; a request that was closed later is open.
with

scoped_customers as (
    select customer_id from customers where $viewer_agent is null or sales_agent = $viewer_agent
),

case_requests as (
    select
        service_requests.service_request_id,
        service_requests.case_id,
        service_requests.title,
        service_requests.support_vehicle,
        service_requests.used_support_plan_id as support_plan_id,
        service_requests.severity,
        coalesce(service_requests.closed_at >= $at, true) as is_open,
        service_requests.opened_at,
        case when service_requests.closed_at < $at then service_requests.closed_at end as closed_at,
        service_requests.hours_used
    from service_requests
    inner join cases on cases.case_id = service_requests.case_id
    inner join scoped_customers as case_customers on case_customers.customer_id = cases.customer_id
    left join scoped_customers on scoped_customers.customer_id = service_requests.customer_id
    where service_requests.case_id = $case_id
        and cases.opened_at < $at
        and service_requests.opened_at < $at
        and (service_requests.withdrawn_at is null or service_requests.withdrawn_at >= $at)
        and (service_requests.customer_id is null or scoped_customers.customer_id is not null)
    order by service_requests.opened_at desc, service_requests.service_request_id
)

select * from case_requests
