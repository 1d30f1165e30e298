-- What is open or not applied between two days, narrow and in order of time: what a day's ageing of every customer reads.
-- Grain: one row per item of open_items or rest of unapplied, open_from_on.
--
-- An amount is open on a day when open_from_on <= day <= open_through_on (inclusive; 9999-12-31 = still). A rest not applied is
-- negative and has neither aged_from_on nor issued_on. part_of_invoice_id tells which instalments are of one invoice; what is open on a
-- whole invoice is one row and has none. name_order stands for the customer (customer_order), exchange_rate is the booked one. Rows that begin in one
-- month stand together, and of these those that end in one month: so a day reads little more than what is open on it.
with

every_amount as (
    select
        customer_id,
        currency,
        case when instalment_number is not null then invoice_id end as part_of_invoice_id,
        issued_on,
        aged_from_on,
        open_from_on,
        open_until_on,
        exchange_rate,
        amount_outstanding as amount_open
    from open_items
    union all
    select customer_id, currency, null, null, null, open_from_on, open_until_on, exchange_rate, amount_unapplied
    from unapplied
),

open_amounts as (
    select
        customer_order.name_order,
        every_amount.currency,
        every_amount.part_of_invoice_id,
        every_amount.issued_on,
        every_amount.aged_from_on,
        every_amount.open_from_on,
        coalesce(every_amount.open_until_on - 1, date '9999-12-31') as open_through_on,
        every_amount.exchange_rate,
        every_amount.amount_open
    from every_amount
    inner join customer_order on customer_order.customer_id = every_amount.customer_id
)

select *
from open_amounts
order by
    year(open_from_on) * 12 + month(open_from_on),
    year(open_through_on) * 12 + month(open_through_on),
    name_order
