-- Service requests outside the dates of every support plan of theirs
-- Grain: one row per service_request_id.
-- Level: warn
select service_request_id, support_vehicle, opened_on, support_plan_id
from service_requests
where withdrawn_on is null and used_support_plan_id is null and (support_vehicle <> 'commercial' or support_plan_id is not null)
order by service_request_id
