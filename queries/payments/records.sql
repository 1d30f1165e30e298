-- The invoices behind the figures of how a customer pays: settled in a period, or overdue at its end.
-- Grain: one row per invoice_id.
-- Permission: view_receivables
-- Parameter as_of_on date: last day of the period; known is what was known at its end.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter from_on date = null: first day of the period; twelve months up to the day when left out.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
with

records as (
    select
        records.customer_id,
        customers.customer_name,
        records.currency,
        records.invoice_id,
        case when records.is_on_time then 'on_time' when records.is_settled then 'late' else 'overdue' end as payment_status,
        records.is_settled,
        records.is_on_time,
        records.issued_on,
        records.due_on,
        records.settled_on,
        records.late_days,
        records.pay_days,
        records.amount_total,
        records.amount_outstanding,
        count(*) over () as row_count
    from payment_records(coalesce($from_on, cast($as_of_on + 1 - interval 1 year as date)), $as_of_on) as records
    inner join customers on customers.customer_id = records.customer_id
    where records.is_judged
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or records.customer_id = $customer_id)
        and ($currency is null or records.currency = $currency)
    order by records.late_days desc, records.issued_on desc, records.invoice_id
    limit $row_limit offset $row_offset
)

select * from records
