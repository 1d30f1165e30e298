-- How much support each customer used in a period: cases opened, cases open at its end, requests to Microsoft and the hours these took.
-- Grain: one row per customer_id.
-- Parameter first_on date: first company day of the period.
-- Parameter last_on date: last company day of the period; open cases are those at its end.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter measure text: what quantity_measured is (cases, open_cases, requests, hours), by which customers are put in order; null: cases.
--
-- A table macro of the warehouse, `support_consumption(first_on, last_on, seen_by, measure)`. Customers that used nothing are left out.
-- A request that names no customer has its case's.
with

span as (
    select
        timezone('UTC', timezone(time_zone, cast(first_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast(last_on + 1 as timestamp))) as ends_at
    from build
),

scoped_customers as (
    select customer_id from customers where seen_by is null or sales_agent = seen_by
),

used as (
    select cases.customer_id, 1 as case_count, 0 as open_case_count, 0 as request_count, cast(0 as decimal(18, 4)) as hours_used
    from cases
    cross join span
    where cases.opened_at >= span.starts_at
        and cases.opened_at < span.ends_at
        and (cases.withdrawn_on is null or cases.withdrawn_on > last_on)
    union all
    select case_periods.customer_id, 0, 1, 0, 0
    from case_periods
    cross join span
    where case_periods.from_at < span.ends_at and (case_periods.until_at is null or case_periods.until_at >= span.ends_at)
    union all
    select service_requests.customer_id, 0, 0, 1, coalesce(service_requests.hours_used, 0)
    from service_requests_on(last_on) as service_requests
    where service_requests.opened_on between first_on and last_on
),

totals as (
    select
        used.customer_id,
        cast(sum(used.hours_used) as decimal(18, 4)) as hours_used,
        cast(sum(used.case_count) as bigint) as case_count,
        cast(sum(used.open_case_count) as bigint) as open_case_count,
        cast(sum(used.request_count) as bigint) as request_count
    from used
    inner join scoped_customers on scoped_customers.customer_id = used.customer_id
    group by used.customer_id
),

support_consumption as (
    select
        *,
        case measure
            when 'open_cases' then cast(open_case_count as decimal(18, 4))
            when 'requests' then cast(request_count as decimal(18, 4))
            when 'hours' then hours_used
            else cast(case_count as decimal(18, 4))
        end as quantity_measured
    from totals
)

select * from support_consumption
