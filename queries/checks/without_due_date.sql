-- Invoices without a due date, aged from the day of issue
-- Grain: one row per invoice_id.
-- Level: warn
select invoices.invoice_id, invoices.customer_id, invoices.issued_on
from invoices
left join canonical.instalments as instalments on instalments.invoice_id = invoices.invoice_id
where invoices.due_on is null and invoices.is_counted and instalments.invoice_id is null
order by invoices.invoice_id
