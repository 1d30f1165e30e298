-- The policy's view of each customer beside what people have decided: flags, holds and suspension marks.
-- Grain: one row per customer_id, currency.
-- Permission: view_flags
-- Tables: stages_now, marks_now
with

worklist as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        stages_now.currency,
        stages_now.stage,
        stages_now.hold_reasons,
        marks_now.mark_id,
        marks_now.mark_status,
        marks_now.marked_by,
        marks_now.reason as mark_reason,
        stages_now.is_flagged,
        marks_now.marked_at,
        stages_now.overdue_days,
        stages_now.amount_overdue,
        stages_now.amount_unapplied,
        stages_now.overdue_invoice_count,
        marks_now.version
    from stages_now
    inner join customers on customers.customer_id = stages_now.customer_id
    left join marks_now on marks_now.customer_id = stages_now.customer_id and marks_now.currency = stages_now.currency
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    order by stages_now.is_flagged desc, stages_now.amount_overdue desc, customers.customer_name, stages_now.currency
)

select * from worklist
