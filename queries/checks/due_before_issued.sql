-- Invoices due before they were issued
-- Grain: one row per invoice_id.
-- Level: warn
select invoice_id, customer_id, issued_on, due_on
from canonical.customer_invoices
where due_on < issued_on and withdrawn_on is null
order by invoice_id
