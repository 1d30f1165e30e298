-- What falls due to Microsoft from a day on: supplier invoices not fully paid.
-- Grain: one row per supplier_invoice_id.
-- Permission: view_costs
-- Parameter as_of_on date: as of the end of this day.
with

falling_due as (
    select
        supplier_invoice_id,
        currency,
        issued_on,
        due_on,
        is_due_derived,
        due_on - $as_of_on as left_days,
        amount_total,
        -- The sign of what was paid differs between Microsoft's own pages; only its size is meant.
        amount_total - abs(coalesce(amount_paid, 0)) as amount_outstanding
    from supplier_invoices
    where issued_on <= $as_of_on
        and (withdrawn_on is null or withdrawn_on > $as_of_on)
        and amount_total > abs(coalesce(amount_paid, 0))
        -- A voided invoice is owed by nobody; what replaced it is an invoice of its own.
        and coalesce(lower(document_type), '') not in ('void_note', 'void')
    order by due_on, supplier_invoice_id
)

select * from falling_due
