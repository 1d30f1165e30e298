-- Supplier invoices not fully paid and Microsoft's credit notes not used up, of those that had come by the end of a day.
-- Grain: one row per supplier_invoice_id.
-- Parameter seen_on date: as of the end of this day.
--
-- A table macro of the warehouse, `supplier_items(seen_on)`. What was paid is known as of the newest import alone, not day by day.
-- A credit note is a negative amount: it comes off what is owed.
select
    supplier_invoice_id,
    currency,
    issued_on,
    due_on,
    is_due_derived,
    amount_total,
    -- The sign of what was paid differs between Microsoft's own pages; only its size is meant.
    sign(amount_total) * (abs(amount_total) - abs(coalesce(amount_paid, 0))) as amount_outstanding
from supplier_invoices
where issued_on <= seen_on
    and (withdrawn_on is null or withdrawn_on > seen_on)
    and abs(amount_total) > abs(coalesce(amount_paid, 0))
    -- A voided invoice is owed by nobody; what replaced it is an invoice of its own.
    and coalesce(lower(document_type), '') not in ('void_note', 'void')
