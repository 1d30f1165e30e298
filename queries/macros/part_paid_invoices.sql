-- Invoices that were paid in parts by a day: open, at the end of some day, with a part of them paid.
-- Grain: one row per invoice_id.
-- Parameter seen_on date: as of the end of this day.
-- Parameter wanted_customer text: one customer; null: all customers.
--
-- A table macro of the warehouse, `part_paid_invoices(seen_on, wanted_customer)`. A part that a credit note or a write-off settled is no payment, and
-- an invoice with instalments is paid in parts because that was agreed. is_open: the rest is still open on the day.
with

spans as (
    select
        open_items.customer_id,
        open_items.currency,
        open_items.invoice_id,
        open_items.open_until_on
    from open_items
    left join allocations_in_force as other
        on other.invoice_id = open_items.invoice_id
        and other.source_type <> 'payment'
        and (wanted_customer is null or other.customer_id = wanted_customer)
        and other.in_force_from_on <= open_items.open_from_on
        and (other.in_force_until_on is null or other.in_force_until_on > open_items.open_from_on)
    where open_items.amount_outstanding < open_items.amount_total
        and open_items.instalment_number is null
        and open_items.open_from_on <= seen_on
        and (wanted_customer is null or open_items.customer_id = wanted_customer)
    group by
        open_items.customer_id, open_items.currency, open_items.invoice_id, open_items.open_from_on, open_items.open_until_on,
        open_items.amount_total, open_items.amount_outstanding
    having open_items.amount_total - open_items.amount_outstanding > coalesce(sum(other.amount_applied), 0)
)

select customer_id, currency, invoice_id, bool_or(open_until_on is null or open_until_on > seen_on) as is_open
from spans
group by customer_id, currency, invoice_id
