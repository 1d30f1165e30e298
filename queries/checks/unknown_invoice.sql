-- Allocations to an invoice that is not known, not in force
-- Grain: one row per allocation_id.
-- Level: warn
select allocations.allocation_id, allocations.invoice_id, allocations.amount_applied
from canonical.allocations as allocations
left join canonical.customer_invoices as invoices on invoices.invoice_id = allocations.invoice_id
where invoices.invoice_id is null
order by allocations.allocation_id
