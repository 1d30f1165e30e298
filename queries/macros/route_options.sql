-- What each support vehicle and running plan would mean for a case of each support type, platform and severity, on a day.
-- Grain: one row per support_type, platform, severity, support_vehicle, support_plan_id.
-- Tables: vehicle_scopes, service_goals
-- Parameter seen_on date: as of the end of this day.
-- Parameter soon_days integer: a plan that ends within so many days ends soon.
-- Parameter seen_by text: the sales agent from whose customers' requests the usual hours are taken; null: from all requests.
--
-- A vehicle fits if its scope covers support type and platform, and it is free or a plan of it runs. A request uses one incident, or the
-- median hours of the requests through that vehicle at that severity up to the day (needed_request_count says how many). A severity of
-- null is one that is not known: the hours are then those of all severities. Microsoft publishes how soon it answers for technical
-- requests alone. runs_out_on is the day on which the plan will be used up at its rate so far. Order: what fits, of that what has not run out, what is free, what is unlimited, what has the largest share left.
with

asked as (
    select support_types.support_type, platforms.platform, severities.severity
    from (values ('billing'), ('subscription_management'), ('technical')) as support_types (support_type)
    cross join (values ('cloud'), ('on_premises')) as platforms (platform)
    cross join (values ('A'), ('B'), ('C'), (null)) as severities (severity)
),

running_plans as (
    select * from plan_projections([seen_on], 'now') where plan_status = 'running'
),

past_requests as (
    select service_requests.support_vehicle, service_requests.severity, service_requests.hours_used
    from service_requests_on(seen_on) as service_requests
    left join customers on customers.customer_id = service_requests.customer_id
    where service_requests.opened_on <= seen_on and (seen_by is null or customers.sales_agent = seen_by)
),

vehicles as (
    select support_vehicle, bool_or(is_free) as is_free
    from (
        select support_vehicle, is_free from vehicle_scopes
        union all
        select support_vehicle, false from running_plans
    ) as named
    group by support_vehicle
),

options as (
    select
        vehicles.support_vehicle,
        vehicles.is_free,
        running_plans.support_plan_id,
        running_plans.entitlement_unit,
        running_plans.starts_on,
        running_plans.ends_on,
        running_plans.ran_out_on is not null as has_run_out,
        running_plans.runs_out_on,
        running_plans.entitled_quantity,
        case when running_plans.entitled_quantity is not null then running_plans.used_quantity end as used_quantity
    from vehicles
    left join running_plans on running_plans.support_vehicle = vehicles.support_vehicle
),

usual_hours as (
    select
        support_vehicle,
        severity,
        cast(round(quantile_cont(cast(hours_used as double), 0.5), 4) as decimal(18, 4)) as hours_median,
        count(*) as request_count
    from past_requests
    where hours_used is not null and severity is not null
    group by support_vehicle, severity
    union all
    select
        support_vehicle,
        null,
        cast(round(quantile_cont(cast(hours_used as double), 0.5), 4) as decimal(18, 4)),
        count(*)
    from past_requests
    where hours_used is not null
    group by support_vehicle
),

covered_types as (
    select distinct support_vehicle, support_type from vehicle_scopes
),

weighed as (
    select
        asked.support_type,
        asked.platform,
        asked.severity,
        options.support_vehicle,
        options.support_plan_id,
        vehicle_scopes.support_vehicle is not null
            and (options.is_free or options.support_plan_id is not null) as is_fitting,
        nullif(
            concat_ws(
                '; ',
                case
                    when covered_types.support_vehicle is null then 'support_type_not_covered'
                    when vehicle_scopes.support_vehicle is null then 'platform_not_covered'
                end,
                case when not options.is_free and options.support_plan_id is null then 'no_plan_running' end
            ),
            ''
        ) as unfit_reasons,
        options.is_free,
        options.has_run_out,
        coalesce(options.ends_on - seen_on <= soon_days, false) as is_ending_soon,
        options.entitlement_unit,
        options.starts_on,
        options.ends_on,
        options.runs_out_on,
        options.ends_on - seen_on as left_days,
        cast(options.entitled_quantity as decimal(18, 4)) as entitled_quantity,
        cast(options.used_quantity as decimal(18, 4)) as used_quantity,
        cast(options.entitled_quantity - options.used_quantity as decimal(18, 4)) as left_quantity,
        cast(
            case options.entitlement_unit when 'incidents' then 1 when 'hours' then usual_hours.hours_median end as decimal(18, 4)
        ) as needed_quantity,
        case when options.entitlement_unit = 'hours' then coalesce(usual_hours.request_count, 0) end as needed_request_count,
        case when asked.support_type = 'technical' then service_goals.goal_minutes end as response_minutes,
        case when asked.support_type = 'technical' then service_goals.clock end as response_clock
    from asked
    cross join options
    left join covered_types
        on covered_types.support_vehicle = options.support_vehicle and covered_types.support_type = asked.support_type
    left join vehicle_scopes
        on vehicle_scopes.support_vehicle = options.support_vehicle
        and vehicle_scopes.support_type = asked.support_type
        and vehicle_scopes.platform = asked.platform
    left join usual_hours
        on usual_hours.support_vehicle = options.support_vehicle and usual_hours.severity is not distinct from asked.severity
    left join service_goals on service_goals.goal_type = 'microsoft_response' and service_goals.severity = asked.severity
),

route_options as (
    select
        *,
        cast(left_quantity - needed_quantity as decimal(18, 4)) as left_after_quantity,
        row_number() over (
            partition by support_type, platform, severity
            order by
                is_fitting desc,
                has_run_out,
                is_free desc,
                coalesce(entitlement_unit = 'unlimited', false) desc,
                left_quantity::double / nullif(entitled_quantity::double, 0) desc nulls last,
                ends_on,
                support_vehicle,
                support_plan_id
        ) as route_order
    from weighed
)

select * from route_options
