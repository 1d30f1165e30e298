-- Payments received before the invoice that they settle was issued
-- Grain: one row per allocation_id.
-- Level: warn
select allocations.allocation_id, payments.payment_id, payments.received_on, invoices.invoice_id, invoices.issued_on
from canonical.allocations as allocations
inner join canonical.payments as payments on payments.payment_id = allocations.source_id
inner join canonical.customer_invoices as invoices on invoices.invoice_id = allocations.invoice_id
where allocations.source_type = 'payment' and payments.received_on < invoices.issued_on
order by allocations.allocation_id
