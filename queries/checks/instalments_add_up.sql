-- Instalments that do not add up to their invoice, which is aged whole
-- Grain: one row per invoice_id.
-- Level: warn
select instalments.invoice_id, invoices.amount_total, sum(instalments.amount_total) as amount_instalments
from canonical.instalments as instalments
inner join invoices on invoices.invoice_id = instalments.invoice_id
where instalments.withdrawn_on is null
group by instalments.invoice_id, invoices.amount_total
having sum(instalments.amount_total) <> invoices.amount_total
order by instalments.invoice_id
