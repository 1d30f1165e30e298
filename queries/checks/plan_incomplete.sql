-- Support plans that nothing can be said about: no end after their beginning, no number entitled, or a fee without a currency
-- Grain: one row per support_plan_id, problem.
-- Level: warn
select support_plan_id, 'ends before it begins' as problem, starts_on, ends_on
from support_plans
where ends_on < starts_on
union all
select support_plan_id, 'entitles to no number of ' || entitlement_unit, starts_on, ends_on
from support_plans
where entitlement_unit <> 'unlimited' and (entitlement_quantity is null or entitlement_quantity < 0)
union all
select support_plan_id, 'fee without a currency', starts_on, ends_on
from support_plans
where amount_fee is not null and currency is null
order by support_plan_id, problem
