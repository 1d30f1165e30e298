-- Use of each support plan running on a day, and of each vehicle outside any plan.
-- Grain: one row per support_vehicle, support_plan_id.
-- Permission: view_escalations
-- Parameter as_of_on date: as of the end of this day.
--
-- Used = hours of its requests, or requests opened in its term. It runs out on the day on which, used at the rate of
-- the elapsed part of its term, the entitlement is reached.
with

plans as (
    select *, $as_of_on - starts_on + 1 as elapsed_days
    from support_plans
    where $as_of_on between starts_on and ends_on
),

requests as (
    select * from service_requests where opened_on <= $as_of_on
),

plan_requests as (
    select used_support_plan_id, count(*) as request_count, sum(coalesce(hours_used, 0)) as hours_used
    from requests
    where used_support_plan_id is not null
    group by used_support_plan_id
),

plan_usage as (
    select
        plans.support_vehicle,
        plans.support_plan_id,
        plans.entitlement_unit,
        plans.starts_on,
        plans.ends_on,
        case when plans.entitlement_unit <> 'unlimited' then plans.entitlement_quantity end as entitled_quantity,
        cast(
            case when plans.entitlement_unit = 'hours' then coalesce(plan_requests.hours_used, 0)
            else coalesce(plan_requests.request_count, 0) end as decimal(18, 4)
        ) as used_quantity,
        coalesce(plan_requests.request_count, 0) as request_count,
        plans.elapsed_days,
        cast(round(plans.elapsed_days / plans.term_days, 4) as decimal(18, 4)) as elapsed_share
    from plans
    left join plan_requests on plan_requests.used_support_plan_id = plans.support_plan_id
),

outside as (
    select support_vehicle, count(*) as request_count
    from requests
    where used_support_plan_id is null
    group by support_vehicle
),

usage as (
    select
        support_vehicle,
        support_plan_id,
        entitlement_unit,
        starts_on,
        ends_on,
        entitled_quantity,
        used_quantity,
        request_count,
        elapsed_share,
        case
            when used_quantity > 0 and entitled_quantity is not null
                then starts_on
                    + greatest(0, cast(ceil(entitled_quantity::double * elapsed_days / used_quantity::double) as integer) - 1)
        end as runs_out_on
    from plan_usage
    union all
    select support_vehicle, null, null, null, null, null, null, request_count, null, null
    from outside
    order by support_vehicle, ends_on nulls last, support_plan_id
)

select * from usage
