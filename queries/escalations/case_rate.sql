-- Case rate: service requests to Microsoft per 100 support cases and per 100 customers, over a period.
-- Grain: one row per from_on.
-- Permission: view_escalations
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
with

span as (
    select
        timezone('UTC', timezone(time_zone, cast($from_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast($to_on + 1 as timestamp))) as ends_at
    from build
),

scoped_customers as (
    select customer_id from customers where $viewer_agent is null or sales_agent = $viewer_agent
),

counts as (
    select
        (
            select count(*) from service_requests
            inner join scoped_customers on scoped_customers.customer_id = service_requests.customer_id
            where service_requests.opened_on between $from_on and $to_on
        ) as request_count,
        (
            select count(*) from cases
            inner join scoped_customers on scoped_customers.customer_id = cases.customer_id
            cross join span
            where cases.opened_at >= span.starts_at and cases.opened_at < span.ends_at
        ) as case_count,
        (select count(*) from scoped_customers) as customer_count
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
