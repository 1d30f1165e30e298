-- Routing help without a case: which support vehicles and running plans fit a support type, platform and severity.
-- Grain: one row per support_type, platform, support_vehicle, support_plan_id.
-- Permission: view_escalations
-- Tables: vehicle_scopes, service_goals
-- Parameter as_of_on date: as of the end of this day.
-- Parameter support_type text = null (billing, subscription_management, technical): of the question; rows for each when left out.
-- Parameter platform text = null (cloud, on_premises): of the product; rows for each when left out.
-- Parameter severity text = null (A, B, C): of the question; not known when left out.
-- Parameter soon_days integer = 60: a plan that ends within so many days ends soon.
--
-- The hours that a request usually takes are those of the requests in view. It decides nothing: a person does.
with

routes as (
    select
        route_options.support_type,
        route_options.platform,
        route_options.severity,
        route_options.support_vehicle,
        route_options.support_plan_id,
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
    from route_options($as_of_on, $soon_days, $viewer_agent) as route_options
    where ($support_type is null or route_options.support_type = $support_type)
        and ($platform is null or route_options.platform = $platform)
        and route_options.severity is not distinct from $severity
    order by route_options.support_type, route_options.platform, route_options.route_order
)

select * from routes
