-- Case rate: service requests to Microsoft per 100 support cases and per 100 customers, over a period.
-- Grain: one row per from_on.
-- Permission: view_escalations
-- Tables: online_services, category_types, vehicle_scopes
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
--
-- Cases are those opened in the period, without those withdrawn by its end. Customers are those of its last day: created by then, if
-- it is known when, and not withdrawn by then. Requests for no known customer count for those who see all customers.
with

counts as (
    select
        (select count(*) from rate_requests($from_on, $to_on, $viewer_agent, null)) as request_count,
        (
            select count(*) from escalated_cases($to_on, $viewer_agent, null)
            where opened_on between $from_on and $to_on
        ) as case_count,
        (select count(*) from customers_on($to_on, $viewer_agent)) as customer_count
),

case_rate as (
    select
        $from_on as from_on,
        $to_on as to_on,
        request_count,
        case_count,
        customer_count,
        cast(round(request_count * 100.0 / nullif(case_count, 0), 4) as decimal(18, 4)) as requests_per_100_cases,
        cast(round(request_count * 100.0 / nullif(customer_count, 0), 4) as decimal(18, 4)) as requests_per_100_customers
    from counts
)

select * from case_rate
