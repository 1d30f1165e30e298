-- Supplier invoices, the due day derived (net 60) where it is not given.
-- Grain: one row per supplier_invoice_id.
select
    * exclude (due_on, withdrawn_on),
    coalesce(due_on, issued_on + 60) as due_on,
    due_on is null as is_due_derived,
    withdrawn_on
from canonical.supplier_invoices
order by supplier_invoice_id
