-- Allocations across currencies that do not say what they take from their source, not in force
-- Grain: one row per allocation_id.
-- Level: warn
select
    allocations.allocation_id, allocations.invoice_id, allocations.source_id,
    invoices.currency, sources.currency as source_currency
from allocations_apart as allocations
inner join invoices on invoices.invoice_id = allocations.invoice_id
inner join sources on sources.source_type = allocations.source_type and sources.source_id = allocations.source_id
where sources.currency <> invoices.currency and allocations.amount_from_source is null
order by allocations.allocation_id
