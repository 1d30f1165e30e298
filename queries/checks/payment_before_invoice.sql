-- Payments received before the invoice that they settle was issued
-- Grain: one row per allocation_id.
-- Level: warn
select
    allocations.allocation_id,
    payments.source_id as payment_id,
    payments.counts_from_on as received_on,
    invoices.invoice_id,
    invoices.issued_on
from allocations_apart as allocations
inner join sources as payments on payments.source_type = allocations.source_type and payments.source_id = allocations.source_id
inner join invoices on invoices.invoice_id = allocations.invoice_id
where allocations.source_type = 'payment' and payments.counts_from_on < invoices.issued_on
order by allocations.allocation_id
