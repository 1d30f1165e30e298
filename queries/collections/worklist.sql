-- The policy's view of each customer beside what people have decided: flags, holds and suspension marks.
-- Grain: one row per customer_id, currency.
-- Permission: view_flags
-- Tables: stages_now, marks_now
--
-- A mark stays in the list when its customer has paid everything since: somebody has to withdraw it.
with

everybody as (
    select customer_id, currency from stages_now
    union
    select customer_id, currency from marks_now
),

worklist as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        everybody.currency,
        coalesce(stages_now.stage, 'clear') as stage,
        coalesce(stages_now.hold_reasons, '') as hold_reasons,
        marks_now.mark_id,
        marks_now.mark_status,
        marks_now.marked_by,
        marks_now.reason as mark_reason,
        coalesce(stages_now.is_flagged, false) as is_flagged,
        marks_now.marked_at,
        stages_now.overdue_days,
        coalesce(stages_now.amount_overdue, 0) as amount_overdue,
        coalesce(stages_now.amount_unapplied, 0) as amount_unapplied,
        coalesce(stages_now.overdue_invoice_count, 0) as overdue_invoice_count,
        marks_now.version
    from everybody
    inner join customers on customers.customer_id = everybody.customer_id
    left join stages_now on stages_now.customer_id = everybody.customer_id and stages_now.currency = everybody.currency
    left join marks_now on marks_now.customer_id = everybody.customer_id and marks_now.currency = everybody.currency
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    order by is_flagged desc, amount_overdue desc, customers.customer_name, everybody.currency
)

select * from worklist
