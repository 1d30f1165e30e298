-- Service requests that name a support plan of another vehicle, or one that is not on record
-- Grain: one row per service_request_id.
-- Level: warn
select
    service_requests.service_request_id,
    service_requests.support_vehicle,
    service_requests.support_plan_id,
    support_plans.support_vehicle as plan_vehicle
from service_requests
left join support_plans on support_plans.support_plan_id = service_requests.support_plan_id
where service_requests.withdrawn_on is null
    and service_requests.support_plan_id is not null
    and support_plans.support_vehicle is distinct from service_requests.support_vehicle
order by service_requests.service_request_id
