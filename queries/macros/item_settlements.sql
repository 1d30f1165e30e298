-- Open items as they stood at the end of a day: paid when and how late, or still open.
-- Grain: one row per invoice_id, instalment_number.
-- Parameter seen_on date: as of the end of this day.
--
-- A table macro of the warehouse, `item_settlements(seen_on)`: invoice_settlements once more, for each instalment on its own. Of an
-- invoice without instalments both say the same. What was never open at the end of a day is not here.
with

paid as (
    select invoice_id
    from allocations_in_force
    where source_type = 'payment'
        and in_force_from_on <= seen_on
        and (in_force_until_on is null or in_force_until_on > seen_on)
    union
    select invoice_id
    from settlements_stated
    where has_day
        and settled_from_on <= seen_on
        and (settled_until_on is null or settled_until_on > seen_on)
),

standings as (
    select
        customer_id,
        invoice_id,
        instalment_number,
        currency,
        issued_on,
        due_on,
        aged_from_on,
        exchange_rate,
        max(open_until_on) as closed_on,
        max(amount_total) as amount_total,
        coalesce(sum(amount_outstanding) filter (where open_until_on is null or open_until_on > seen_on), 0) as amount_outstanding
    from open_items
    where open_from_on <= seen_on
    group by customer_id, invoice_id, instalment_number, currency, issued_on, due_on, aged_from_on, exchange_rate
)

select
    standings.customer_id,
    standings.invoice_id,
    standings.instalment_number,
    standings.currency,
    -- Of instalments: a payment is among what settles the invoice.
    coalesce(invoices_then.has_payment, paid.invoice_id is not null) as has_payment,
    standings.issued_on,
    standings.due_on,
    standings.aged_from_on,
    case when standings.amount_outstanding = 0 then standings.closed_on end as settled_on,
    case when standings.amount_outstanding = 0 then cast(standings.closed_on - standings.aged_from_on as integer) end as late_days,
    standings.exchange_rate,
    standings.amount_total,
    standings.amount_outstanding
from standings
inner join invoice_settlements(seen_on, null) as invoices_then
    on invoices_then.customer_id = standings.customer_id and invoices_then.invoice_id = standings.invoice_id
left join paid on paid.invoice_id = standings.invoice_id
