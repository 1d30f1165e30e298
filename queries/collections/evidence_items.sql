-- Overdue items of one customer, as the evidence of a suspension mark holds them.
-- Grain: one row per invoice_id, instalment_number.
-- Permission: view_flags
-- Parameter customer_id text: the customer.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter as_of_on date: as of the end of this day.
--
-- Overdue is past the due day; an invoice without one fell due when it was issued.
with

overdue_items as (
    select
        open_items.customer_id,
        open_items.currency,
        open_items.invoice_id,
        open_items.instalment_number,
        open_items.aged_from_on as due_on,
        open_items.amount_outstanding
    from open_items
    inner join customers on customers.customer_id = open_items.customer_id
    where open_items.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or open_items.currency = $currency)
        and open_items.aged_from_on < $as_of_on
        and open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
    order by open_items.aged_from_on, open_items.invoice_id, open_items.instalment_number
)

select * from overdue_items
