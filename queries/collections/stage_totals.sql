-- Who is in which stage: customers, what they owe past due, and how many of them are flagged or held.
-- Grain: one row per stage, currency.
-- Permission: view_flags
-- Tables: stages_now, policy_stages
--
-- Every stage of the policy stands in every currency of the customers in view, also with nobody in it; stage_order 0 is clear.
-- A stage that segments have too is one stage, at its place among the policy's own.
with

own_stages as (
    select stages_now.*
    from stages_now
    inner join customers on customers.customer_id = stages_now.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
),

ladder as (
    select 'clear' as stage, 0 as stage_order
    union all
    select stage, coalesce(min(stage_order) filter (where segment is null), max(stage_order))
    from policy_stages
    where stage is not null
    group by stage
),

currencies as (
    select distinct currency from own_stages
),

stage_totals as (
    select
        ladder.stage,
        currencies.currency,
        coalesce(sum(own_stages.amount_overdue), 0) as amount_overdue,
        coalesce(sum(own_stages.amount_overdue) filter (where own_stages.is_flagged), 0) as amount_flagged,
        count(own_stages.customer_id) as customer_count,
        count(own_stages.customer_id) filter (where own_stages.is_flagged) as flagged_count,
        count(own_stages.customer_id) filter (where own_stages.hold_reasons <> '') as held_count,
        ladder.stage_order
    from ladder
    cross join currencies
    left join own_stages on own_stages.stage = ladder.stage and own_stages.currency = currencies.currency
    group by ladder.stage, ladder.stage_order, currencies.currency
    order by currencies.currency, ladder.stage_order, ladder.stage
)

select * from stage_totals
