-- The documents behind what stands apart: drafts, voids, invoices without a due date, and what has no exchange rate.
-- Grain: one row per reason, document_type, document_id, instalment_number.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- The reasons are those of receivables/documents_apart, and no_exchange_rate: open on that day and left out of company currency, as
-- receivables/ageing_without_rate counts it. amount_open is 0 for what owes nothing; row_count is the number of rows before paging.
with

apart as (
    select
        'draft' as reason,
        customer_id,
        'invoice' as document_type,
        invoice_id as document_id,
        cast(null as integer) as instalment_number,
        currency,
        issued_on as dated_on,
        amount_total,
        cast(0 as decimal(18, 4)) as amount_open
    from invoices
    where invoice_status = 'draft' and issued_on <= $as_of_on
    union all
    select 'void', customer_id, 'invoice', invoice_id, null, currency, issued_on, amount_total, 0
    from invoices
    where issued_on <= $as_of_on
        and ((invoice_status = 'void' and voided_on is null) or counts_until_on <= $as_of_on)
    union all
    select 'no_due_date', customer_id, 'invoice', invoice_id, instalment_number, currency, issued_on, amount_total, amount_outstanding
    from open_items
    where due_on is null and open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
    union all
    select 'no_exchange_rate', customer_id, 'invoice', invoice_id, instalment_number, currency, issued_on, amount_total, amount_outstanding
    from open_items
    where exchange_rate is null and open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
    union all
    select 'no_exchange_rate', customer_id, source_type, source_id, null, currency, source_on, amount_total, amount_unapplied
    from unapplied
    where exchange_rate is null and open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
),

documents_apart_list as (
    select
        apart.reason,
        apart.customer_id,
        customers.customer_name,
        apart.document_type,
        apart.document_id,
        apart.instalment_number,
        apart.currency,
        apart.dated_on,
        apart.amount_total,
        apart.amount_open,
        count(*) over () as row_count
    from apart
    inner join customers on customers.customer_id = apart.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or apart.currency = $currency)
    order by apart.reason, apart.dated_on desc, apart.document_id, apart.instalment_number
    limit $row_limit offset $row_offset
)

select * from documents_apart_list
