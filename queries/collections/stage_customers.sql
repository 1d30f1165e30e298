-- The customers of one stage, most overdue first.
-- Grain: one row per customer_id, currency.
-- Permission: view_flags
-- Parameter stage text: the stage's name; clear is nobody's stage.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: stages_now
--
-- row_count is the number of rows before paging.
with

stage_customers as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        customers.segment,
        stages_now.currency,
        stages_now.hold_reasons,
        stages_now.is_flagged,
        stages_now.overdue_days,
        stages_now.amount_overdue,
        stages_now.amount_unapplied,
        stages_now.overdue_invoice_count,
        count(*) over () as row_count
    from stages_now
    inner join customers on customers.customer_id = stages_now.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and stages_now.stage = $stage
        and ($currency is null or stages_now.currency = $currency)
    order by stages_now.amount_overdue desc, customers.customer_name, customers.customer_id, stages_now.currency
    limit $row_limit
    offset $row_offset
)

select * from stage_customers
