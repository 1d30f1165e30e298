-- Money applied to an invoice in another currency, at the two amounts given
-- Grain: one row per allocation_id.
-- Level: warn
select
    allocations.allocation_id,
    allocations.invoice_id,
    allocations.source_id,
    allocations.amount_applied,
    invoices.currency,
    allocations.amount_from_source,
    sources.currency as source_currency
from allocations_apart as allocations
inner join invoices on invoices.invoice_id = allocations.invoice_id
inner join sources on sources.source_type = allocations.source_type and sources.source_id = allocations.source_id
where sources.currency <> invoices.currency and allocations.amount_from_source is not null
order by allocations.allocation_id
