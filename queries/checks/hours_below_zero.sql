-- Service requests with fewer than no hours: they count as they are, and give hours back to their plan
-- Grain: one row per service_request_id.
-- Level: warn
select service_request_id, support_vehicle, used_support_plan_id, opened_on, hours_used
from service_requests
where withdrawn_on is null and hours_used < 0
order by service_request_id
