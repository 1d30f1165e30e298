-- Service requests with their customer, the facts of their case, the plan that they use, and a group that they fall in.
-- Grain: one row per service_request_id.
-- Tables: online_services, category_types
-- Parameter seen_on date: as of the end of this day; a request withdrawn by then is not known.
-- Parameter grouped_by text: customer, product, category, severity, month, assignee or support_type; null: no group is wanted.
--
-- A table macro of the warehouse, `request_facts(seen_on, grouped_by)`. A request that names no customer or no severity has those of its case. Outside every plan
-- (outside_type) are those that use none: `none_running` (no plan of the vehicle ran on the day), `named_not_running` (the plan that it names
-- did not), `named_unknown` (there is no such plan); not those of the commercial vehicle that name none, which need none.
with

requests as (
    select
        service_requests.service_request_id,
        service_requests.customer_id,
        service_requests.case_id,
        service_requests.title,
        service_requests.support_vehicle,
        service_requests.used_support_plan_id as support_plan_id,
        coalesce(service_requests.severity, facts.severity) as severity,
        case
            when service_requests.used_support_plan_id is not null then null
            when service_requests.support_plan_id is not null and support_plans.support_plan_id is null then 'named_unknown'
            when service_requests.support_plan_id is not null then 'named_not_running'
            when service_requests.support_vehicle <> 'commercial' then 'none_running'
        end as outside_type,
        service_requests.opened_on,
        service_requests.opened_at,
        service_requests.closed_at,
        service_requests.hours_used,
        facts.case_category,
        facts.product_name,
        facts.platform,
        facts.support_type,
        facts.assignee
    from service_requests_on(seen_on) as service_requests
    left join support_plans on support_plans.support_plan_id = service_requests.support_plan_id
    left join case_facts() as facts on facts.case_id = service_requests.case_id
)

select
    requests.*,
    customers.customer_name,
    customers.sales_agent,
    case grouped_by
        when 'customer' then requests.customer_id
        when 'product' then requests.product_name
        when 'category' then requests.case_category
        when 'severity' then requests.severity
        when 'month' then strftime(requests.opened_on, '%Y-%m')
        when 'assignee' then requests.assignee
        when 'support_type' then requests.support_type
    end as by_value
from requests
left join customers on customers.customer_id = requests.customer_id
