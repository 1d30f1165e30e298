-- What a changed policy would change in sum: who would enter and who would leave each stage and the flag.
-- Grain: one row per outcome_type, stage, currency.
-- Permission: view_flags
-- Tables: stages_now, stages_proposed, policy_stages, policy_proposed
--
-- The first two tables are collections/stages of one day, by the policy of that day and by the changed one; the others are
-- these policies. outcome_type is stage or flag; of the flag, stage is flagged. Amounts are what is overdue. Before less
-- leaving plus entering is after.
with

both_stages as (
    select
        stages_now.currency,
        stages_now.stage as stage_before,
        stages_proposed.stage as stage_after,
        stages_now.is_flagged as is_flagged_before,
        stages_proposed.is_flagged as is_flagged_after,
        stages_now.amount_overdue
    from stages_now
    inner join stages_proposed
        on stages_proposed.customer_id = stages_now.customer_id
        and stages_proposed.currency = stages_now.currency
    inner join customers on customers.customer_id = stages_now.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
),

-- The order of the changed policy; what it no longer has stands at the place that it had.
ladder as (
    select
        stage,
        coalesce(
            min(stage_order) filter (where is_proposed and segment is null),
            max(stage_order) filter (where is_proposed),
            max(stage_order)
        ) as stage_order
    from (
        select segment, stage, stage_order, true as is_proposed from policy_proposed
        union all
        select segment, stage, stage_order, false from policy_stages
        union all
        select null, 'clear', 0, true
    )
    where stage is not null
    group by stage
),

outcomes as (
    select 'stage' as outcome_type, stage, stage_order from ladder
    union all
    select 'flag', 'flagged', 1000000
),

currencies as (
    select distinct currency from both_stages
),

sides as (
    select
        outcomes.outcome_type,
        outcomes.stage,
        outcomes.stage_order,
        both_stages.currency,
        both_stages.amount_overdue,
        case when outcomes.outcome_type = 'flag' then both_stages.is_flagged_before else both_stages.stage_before = outcomes.stage end
            as is_before,
        case when outcomes.outcome_type = 'flag' then both_stages.is_flagged_after else both_stages.stage_after = outcomes.stage end
            as is_after
    from outcomes
    cross join both_stages
),

simulation_totals as (
    select
        outcomes.outcome_type,
        outcomes.stage,
        currencies.currency,
        coalesce(sum(sides.amount_overdue) filter (where sides.is_before), 0) as amount_before,
        coalesce(sum(sides.amount_overdue) filter (where sides.is_after and not sides.is_before), 0) as amount_entering,
        coalesce(sum(sides.amount_overdue) filter (where sides.is_before and not sides.is_after), 0) as amount_leaving,
        coalesce(sum(sides.amount_overdue) filter (where sides.is_after), 0) as amount_after,
        count(*) filter (where sides.is_before) as before_count,
        count(*) filter (where sides.is_after and not sides.is_before) as entering_count,
        count(*) filter (where sides.is_before and not sides.is_after) as leaving_count,
        count(*) filter (where sides.is_after) as after_count,
        outcomes.stage_order
    from outcomes
    cross join currencies
    left join sides
        on sides.outcome_type = outcomes.outcome_type
        and sides.stage = outcomes.stage
        and sides.currency = currencies.currency
    group by outcomes.outcome_type, outcomes.stage, outcomes.stage_order, currencies.currency
    order by currencies.currency, outcomes.stage_order, outcomes.stage
)

select * from simulation_totals
