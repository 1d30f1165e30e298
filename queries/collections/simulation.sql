-- What a changed policy would change: the customers whose stage or flag would be another one.
-- Grain: one row per customer_id, currency.
-- Permission: view_flags
-- Tables: stages_now, stages_proposed
--
-- Both tables are collections/stages of one day: by the policy of that day, and by the changed one.
with

simulation as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        customers.segment,
        stages_now.currency,
        stages_now.stage as stage_before,
        stages_proposed.stage as stage_after,
        stages_now.hold_reasons as hold_reasons_before,
        stages_proposed.hold_reasons as hold_reasons_after,
        stages_now.is_flagged as is_flagged_before,
        stages_proposed.is_flagged as is_flagged_after,
        stages_now.overdue_days,
        stages_now.amount_overdue,
        stages_now.amount_unapplied
    from stages_now
    inner join stages_proposed
        on stages_proposed.customer_id = stages_now.customer_id
        and stages_proposed.currency = stages_now.currency
    inner join customers on customers.customer_id = stages_now.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and (stages_now.stage <> stages_proposed.stage or stages_now.is_flagged <> stages_proposed.is_flagged)
    order by
        is_flagged_after and not is_flagged_before desc,
        is_flagged_before and not is_flagged_after desc,
        stages_now.amount_overdue desc,
        customers.customer_id,
        stages_now.currency
)

select * from simulation
