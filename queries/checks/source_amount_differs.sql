-- Allocations within one currency whose two amounts differ; the invoice's amount is taken
-- Grain: one row per allocation_id.
-- Level: warn
select allocations.allocation_id, allocations.invoice_id, allocations.amount_applied, allocations.amount_from_source
from allocations_apart as allocations
inner join invoices on invoices.invoice_id = allocations.invoice_id
inner join sources on sources.source_type = allocations.source_type and sources.source_id = allocations.source_id
where sources.currency = invoices.currency and allocations.amount_from_source <> allocations.amount_applied
order by allocations.allocation_id
