-- Service requests with the company's day on which they were opened and the support plan they use.
-- Grain: one row per service_request_id.
--
-- A request that names a plan belongs to it while opened in its term; one that names none belongs to its vehicle's plan
-- running that day, of two the one that ends first. All others stand outside every plan. One that names no customer is for its case's.
-- A request that was withdrawn is known until the beginning of that day, in company time (withdrawn_at).
with

requests as (
    select
        service_requests.* replace (coalesce(service_requests.customer_id, support_cases.customer_id) as customer_id),
        cast(timezone(build.time_zone, timezone('UTC', service_requests.opened_at)) as date) as opened_on,
        timezone('UTC', timezone(build.time_zone, cast(service_requests.withdrawn_on as timestamp))) as withdrawn_at
    from canonical.service_requests as service_requests
    left join canonical.support_cases as support_cases on support_cases.case_id = service_requests.case_id
    cross join build
),

candidates as (
    select
        requests.service_request_id,
        support_plans.support_plan_id,
        row_number() over (
            partition by requests.service_request_id
            order by support_plans.ends_on, support_plans.support_plan_id
        ) as preference
    from requests
    inner join support_plans
        on requests.opened_on between support_plans.starts_on and support_plans.ends_on
        and (
            support_plans.support_plan_id = requests.support_plan_id
            or (requests.support_plan_id is null and support_plans.support_vehicle = requests.support_vehicle)
        )
),

service_requests as (
    select
        requests.*,
        candidates.support_plan_id as used_support_plan_id
    from requests
    left join candidates
        on candidates.service_request_id = requests.service_request_id and candidates.preference = 1
)

select * from service_requests order by opened_at, service_request_id
