-- Holds in force on a day for one customer: on the customer as a whole, or on one of its invoices.
-- Grain: one row per hold_id.
-- Permission: view_flags
-- Parameter customer_id text: the customer.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter as_of_on date: as of the end of this day.
-- Tables: holds_decided
with

holds_now as (
    select
        holds.hold_id,
        holds.customer_id,
        holds.invoice_id,
        coalesce(holds.currency, invoices.currency) as currency,
        holds.hold_type,
        holds.starts_on,
        holds.ends_on,
        holds.amount_held
    from every_hold() as holds
    inner join customers on customers.customer_id = holds.customer_id
    left join invoices on invoices.invoice_id = holds.invoice_id and invoices.customer_id = holds.customer_id
    where holds.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or invoices.currency is null or invoices.currency = $currency)
        and (invoices.currency is null or holds.amount_held is null or holds.currency is null or holds.currency = invoices.currency)
        and holds.starts_on <= $as_of_on
        and (holds.ends_on is null or holds.ends_on >= $as_of_on)
        and (holds.withdrawn_on is null or holds.withdrawn_on > $as_of_on)
    order by holds.hold_id
)

select * from holds_now
