-- Documents that the ageing leaves aside or reads with care, and between which days: drafts, voids, what has no due date or no exchange rate.
-- Grain: one row per reason, document_type, document_id, instalment_number, aside_from_on.
--
-- aside_through_on is the last day (inclusive; 9999-12-31 = still). A document counts as void from the day on which it was, or always if that
-- day is not known. amount_open is 0 for what owes nothing.
with

aside as (
    select
        'draft' as reason,
        customer_id,
        'invoice' as document_type,
        invoice_id as document_id,
        cast(null as integer) as instalment_number,
        currency,
        issued_on as dated_on,
        issued_on as aside_from_on,
        cast(null as date) as aside_until_on,
        amount_total,
        cast(0 as decimal(18, 4)) as amount_open
    from invoices
    where invoice_status = 'draft'
    union all
    select
        'void',
        customer_id,
        'invoice',
        invoice_id,
        null,
        currency,
        issued_on,
        case when invoice_status = 'void' and voided_on is null then issued_on else greatest(issued_on, counts_until_on) end,
        null,
        amount_total,
        0
    from invoices
    where (invoice_status = 'void' and voided_on is null) or counts_until_on is not null
    union all
    select
        'no_due_date', customer_id, 'invoice', invoice_id, instalment_number, currency, issued_on, open_from_on, open_until_on,
        amount_total, amount_outstanding
    from open_items
    where due_on is null
    union all
    select
        'no_exchange_rate', customer_id, 'invoice', invoice_id, instalment_number, currency, issued_on, open_from_on, open_until_on,
        amount_total, amount_outstanding
    from open_items
    where exchange_rate is null
    union all
    select
        'no_exchange_rate', customer_id, source_type, source_id, null, currency, source_on, open_from_on, open_until_on,
        amount_total, amount_unapplied
    from unapplied
    where exchange_rate is null
),

documents_aside as (
    select
        reason,
        customer_id,
        document_type,
        document_id,
        instalment_number,
        currency,
        dated_on,
        aside_from_on,
        coalesce(aside_until_on - 1, date '9999-12-31') as aside_through_on,
        amount_total,
        amount_open
    from aside
)

select * from documents_aside order by reason, aside_from_on, document_type, document_id, instalment_number
