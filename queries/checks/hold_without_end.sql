-- Holds without an end
-- Grain: one row per hold_id.
-- Level: warn
select hold_id, customer_id, hold_type, starts_on
from holds
where ends_on is null and withdrawn_on is null
order by hold_id
