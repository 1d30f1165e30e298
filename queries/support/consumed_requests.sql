-- Service requests that were opened for a customer in a period, the newest first.
-- Grain: one row per service_request_id.
-- Permission: view_escalations
-- Parameter customer_id text: the customer.
-- Parameter from_on date: first company day of the period.
-- Parameter to_on date: last company day of the period.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- What each of them costs is Microsoft's cost and stands in support/request_costs.
with

consumed_requests as (
    select
        service_requests.service_request_id,
        customers.customer_id,
        service_requests.case_id,
        service_requests.title,
        service_requests.support_vehicle,
        service_requests.used_support_plan_id as support_plan_id,
        service_requests.severity,
        service_requests.opened_at,
        service_requests.hours_used,
        count(*) over () as row_count
    from service_requests_on($to_on) as service_requests
    inner join customers on customers.customer_id = service_requests.customer_id
    where customers.customer_id = $customer_id
        and service_requests.opened_on between $from_on and $to_on
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by service_requests.opened_at desc, service_requests.service_request_id
    limit $row_limit offset $row_offset
)

select * from consumed_requests
