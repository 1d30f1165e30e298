-- Routing help for a case: which support vehicles and running plans fit it, what each would use, and what would be left.
-- Grain: one row per support_type, platform, support_vehicle, support_plan_id.
-- Permission: view_escalations
-- Tables: online_services, category_types, vehicle_scopes, service_goals
-- Parameter case_id text: the case, opened by the day.
-- Parameter as_of_on date: as of the end of this day.
-- Parameter soon_days integer = 60: a plan that ends within so many days ends soon.
--
-- A case whose support type or platform is not known has rows for each that it may be. The hours that a request
-- usually takes are those of the requests in view. It decides nothing: a person does.
with

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

asked_case as (
    select case_facts.case_id, case_facts.customer_id, case_facts.support_type, case_facts.platform, case_facts.severity
    from case_facts() as case_facts
    inner join cases on cases.case_id = case_facts.case_id
    inner join customers on customers.customer_id = case_facts.customer_id
    cross join day_end
    where case_facts.case_id = $case_id
        and case_facts.opened_at < day_end.ends_at
        and (cases.withdrawn_on is null or cases.withdrawn_on > $as_of_on)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

routes as (
    select
        asked_case.case_id,
        asked_case.customer_id,
        route_options.support_type,
        route_options.platform,
        route_options.severity,
        route_options.support_vehicle,
        route_options.support_plan_id,
        asked_case.support_type is not null as is_support_type_known,
        asked_case.platform is not null as is_platform_known,
        route_options.is_fitting,
        route_options.unfit_reasons,
        route_options.is_free,
        route_options.has_run_out,
        route_options.is_ending_soon,
        route_options.entitlement_unit,
        route_options.response_clock,
        route_options.starts_on,
        route_options.ends_on,
        route_options.runs_out_on,
        route_options.left_days,
        route_options.response_minutes,
        route_options.entitled_quantity,
        route_options.used_quantity,
        route_options.left_quantity,
        route_options.needed_quantity,
        route_options.left_after_quantity,
        route_options.needed_request_count,
        route_options.route_order
    from asked_case
    inner join route_options($as_of_on, $soon_days, $viewer_agent) as route_options
        on (asked_case.support_type is null or route_options.support_type = asked_case.support_type)
        and (asked_case.platform is null or route_options.platform = asked_case.platform)
        and route_options.severity is not distinct from asked_case.severity
    order by route_options.support_type, route_options.platform, route_options.route_order
)

select * from routes
