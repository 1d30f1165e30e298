-- Service requests opened in a period, with the case that each came from and the customer it was for.
-- Grain: one row per service_request_id.
-- Tables: online_services, category_types, vehicle_scopes
-- Parameter first_on date: first day of the period.
-- Parameter last_on date: last day of the period.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers, and requests that name none.
-- Parameter grouped_by text: what goes into dimension_value (vehicle, category, product, assignee, severity, support_type, customer).
--
-- A request that names no customer is for its case's customer. Its severity is that of its case, as the rates count by cases; its own
-- without a case, or where the case has none. A vehicle is technical if it covers technical support at all, else commercial; mismatch_type
-- says what of its case a vehicle does not cover: the support type, else the platform; null while it does, or while that is not known.
with

vehicle_types as (
    select support_vehicle, case when bool_or(support_type = 'technical') then 'technical' else 'commercial' end as vehicle_type
    from vehicle_scopes
    group by support_vehicle
),

-- A request may name another customer's case: whoever may not see that customer is told nothing of the case.
seen_cases as (
    select case_facts.*
    from case_facts() as case_facts
    inner join customers on customers.customer_id = case_facts.customer_id
    where seen_by is null or customers.sales_agent = seen_by
),

requests as (
    select
        service_requests.service_request_id,
        service_requests.customer_id,
        case_facts.case_id,
        coalesce(service_requests.title, case_facts.title) as title,
        service_requests.support_vehicle,
        vehicle_types.vehicle_type,
        service_requests.used_support_plan_id as support_plan_id,
        coalesce(case_facts.severity, service_requests.severity) as severity,
        case_facts.case_category,
        case_facts.product_name,
        case_facts.assignee,
        case_facts.support_type,
        case_facts.platform,
        case
            when vehicle_types.support_vehicle is null or case_facts.support_type is null then null
            when not exists (
                select 1 from vehicle_scopes
                where vehicle_scopes.support_vehicle = service_requests.support_vehicle
                    and vehicle_scopes.support_type = case_facts.support_type
            ) then 'support_type_not_covered'
            when case_facts.platform is not null and not exists (
                select 1 from vehicle_scopes
                where vehicle_scopes.support_vehicle = service_requests.support_vehicle
                    and vehicle_scopes.support_type = case_facts.support_type
                    and vehicle_scopes.platform = case_facts.platform
            ) then 'platform_not_covered'
        end as mismatch_type,
        service_requests.opened_on,
        service_requests.opened_at,
        service_requests.closed_at,
        service_requests.hours_used
    from service_requests_on(last_on) as service_requests
    left join seen_cases as case_facts on case_facts.case_id = service_requests.case_id
    left join vehicle_types on vehicle_types.support_vehicle = service_requests.support_vehicle
    where service_requests.opened_on between first_on and last_on
),

rate_requests as (
    select
        requests.*,
        customers.customer_name,
        case grouped_by
            when 'vehicle' then requests.support_vehicle
            when 'category' then requests.case_category
            when 'product' then requests.product_name
            when 'assignee' then requests.assignee
            when 'severity' then requests.severity
            when 'support_type' then requests.support_type
            when 'customer' then requests.customer_id
        end as dimension_value,
        case when grouped_by = 'customer' then customers.customer_name end as dimension_name
    from requests
    left join customers on customers.customer_id = requests.customer_id
    where seen_by is null or customers.sales_agent = seen_by
)

select * from rate_requests
