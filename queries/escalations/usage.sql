-- Use of each support plan running on a day, and of each vehicle outside any plan.
-- Grain: one row per support_vehicle, support_plan_id.
-- Permission: view_escalations
-- Parameter as_of_on date: as of the end of this day.
--
-- Used = hours of its requests, or requests opened in its term. It runs out on the day on which, used at the rate of
-- the elapsed part of its term, the entitlement is reached; never, if that is a day that no calendar has.
-- A plan's use is the partner's, whoever looks; the requests outside any plan are those in view.
with

plans as (
    select * from plan_projections([$as_of_on], 'now') where plan_status = 'running'
),

outside as (
    select service_requests.support_vehicle, count(*) as request_count
    from service_requests_on($as_of_on) as service_requests
    left join customers on customers.customer_id = service_requests.customer_id
    where service_requests.opened_on <= $as_of_on
        and service_requests.used_support_plan_id is null
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    group by service_requests.support_vehicle
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
        cast(round(elapsed_days / term_days, 4) as decimal(18, 4)) as elapsed_share,
        runs_out_on
    from plans
    union all
    select support_vehicle, null, null, null, null, null, null, request_count, null, null
    from outside
    order by support_vehicle, ends_on nulls last, support_plan_id
)

select * from usage
