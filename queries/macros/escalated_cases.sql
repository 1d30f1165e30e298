-- Support cases known on a day, with when and through which vehicle each was first escalated to Microsoft by then.
-- Grain: one row per case_id.
-- Tables: online_services, category_types
-- Parameter seen_on date: as of the end of this day, in company time.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter grouped_by text: what goes into dimension_value (vehicle, category, product, assignee, severity, support_type, customer).
--
-- A case is escalated when a service request names it, or an event of its own says so, whichever is first; never before it was opened.
-- Where only its row says that it is escalated, nobody knows since when: is_escalation_dated is false. A case withdrawn by the day is
-- not known any more. The vehicle is that of its first request.
with

day_end as (
    select timezone('UTC', timezone(time_zone, cast(seen_on + 1 as timestamp))) as ends_at from build
),

escalations as (
    select service_requests.case_id, service_requests.opened_at as escalated_at, true as is_dated
    from service_requests_on(seen_on) as service_requests
    where service_requests.case_id is not null
    union all
    select case_id, occurred_at, not is_from_row
    from case_events
    where event_type = 'escalated'
),

first_escalations as (
    select
        escalations.case_id,
        coalesce(
            min(escalations.escalated_at) filter (where escalations.is_dated), min(escalations.escalated_at)
        ) as escalated_at,
        bool_or(escalations.is_dated) as is_dated
    from escalations
    cross join day_end
    where escalations.escalated_at < day_end.ends_at
    group by escalations.case_id
),

first_vehicles as (
    select
        service_requests.case_id,
        arg_min(service_requests.support_vehicle, (service_requests.opened_at, service_requests.service_request_id)) as support_vehicle
    from service_requests_on(seen_on) as service_requests
    cross join day_end
    where service_requests.case_id is not null and service_requests.opened_at < day_end.ends_at
    group by service_requests.case_id
),

cases_seen as (
    select
        case_facts.case_id,
        customers.customer_id,
        customers.customer_name,
        case_facts.case_category,
        case_facts.support_type,
        case_facts.product_name,
        case_facts.title,
        case_facts.severity,
        case_facts.assignee,
        first_vehicles.support_vehicle,
        first_escalations.case_id is not null as is_escalated,
        first_escalations.is_dated as is_escalation_dated,
        case_facts.is_dated_by_events,
        cast(timezone(build.time_zone, timezone('UTC', case_facts.opened_at)) as date) as opened_on,
        case_facts.opened_at,
        greatest(first_escalations.escalated_at, case_facts.opened_at) as escalated_at
    from case_facts() as case_facts
    inner join cases on cases.case_id = case_facts.case_id
    inner join customers on customers.customer_id = case_facts.customer_id
    left join first_escalations on first_escalations.case_id = case_facts.case_id
    left join first_vehicles on first_vehicles.case_id = case_facts.case_id
    cross join build
    where (cases.withdrawn_on is null or cases.withdrawn_on > seen_on)
        and (seen_by is null or customers.sales_agent = seen_by)
),

escalated_cases as (
    select
        *,
        case grouped_by
            when 'vehicle' then support_vehicle
            when 'category' then case_category
            when 'product' then product_name
            when 'assignee' then assignee
            when 'severity' then severity
            when 'support_type' then support_type
            when 'customer' then customer_id
        end as dimension_value,
        case when grouped_by = 'customer' then customer_name end as dimension_name
    from cases_seen
)

select * from escalated_cases
