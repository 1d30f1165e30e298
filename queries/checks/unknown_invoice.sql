-- Allocations to an invoice that is not known, not in force
-- Grain: one row per allocation_id.
-- Level: warn
select allocations.allocation_id, allocations.invoice_id, allocations.amount_applied
from allocations_apart as allocations
left join invoices on invoices.invoice_id = allocations.invoice_id
where invoices.invoice_id is null
order by allocations.allocation_id
