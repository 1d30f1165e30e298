-- Support plans with the length of their term in days.
-- Grain: one row per support_plan_id.
select *, ends_on - starts_on + 1 as term_days
from canonical.support_plans
where withdrawn_on is null
order by support_plan_id
