-- Documents that the ageing leaves aside or reads with care: drafts, voids, and invoices without a due date.
-- Grain: one row per reason, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
with

apart as (
    select 'draft' as reason, customer_id, currency, amount_total
    from invoices
    where invoice_status = 'draft' and issued_on <= $as_of_on
    union all
    select 'void', customer_id, currency, amount_total
    from invoices
    where issued_on <= $as_of_on
        and ((invoice_status = 'void' and voided_on is null) or counts_until_on <= $as_of_on)
    union all
    select 'no_due_date', customer_id, currency, amount_outstanding
    from open_items
    where due_on is null and open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
),

documents_apart as (
    select apart.reason, apart.currency, count(*) as document_count, sum(apart.amount_total) as amount_total
    from apart
    inner join customers on customers.customer_id = apart.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    group by apart.reason, apart.currency
    order by apart.reason, apart.currency
)

select * from documents_apart
