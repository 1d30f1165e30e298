-- What is open on an invoice is never less than nothing nor more than the invoice
-- Grain: one row per invoice_id, open_from_on.
-- Level: fail
select invoice_id, open_from_on, amount_total, amount_outstanding
from open_items
where amount_outstanding < 0 or amount_outstanding > amount_total
order by invoice_id, open_from_on
