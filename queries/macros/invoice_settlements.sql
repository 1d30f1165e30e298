-- Customer invoices as they stood at the end of a day: settled when and how late, or what is still open.
-- Grain: one row per invoice_id.
-- Parameter seen_on date: as of the end of this day.
-- Parameter wanted_customer text: one customer; null: all customers.
--
-- A table macro of the warehouse, `invoice_settlements(seen_on, wanted_customer)`: the one place that says how an invoice stands, of the mart settled_invoices, which
-- says since when it is settled, and of what is open. Settled is an invoice from the first day from which nothing is open on it up to the
-- day asked for. Days late of a settled invoice are counted from its due day (else its last instalment's, else the issue day) to the
-- settlement; early is negative. Of an open one they are the days overdue of its oldest open item, empty while none is overdue.
-- last_due_on: the day by which all of it was to be paid, of instalments the last one's. has_payment, of a settled one alone: a
-- payment is among what settles it, or the accounting system says that it was paid, on a day that it knows.
with

open_now as (
    select
        customer_id,
        invoice_id,
        min(aged_from_on) as oldest_due_on,
        max(due_on) as last_due_on,
        sum(amount_outstanding) as amount_outstanding
    from open_items
    where open_from_on <= seen_on and (open_until_on is null or open_until_on > seen_on) and (wanted_customer is null or customer_id = wanted_customer)
    group by customer_id, invoice_id
),

-- The last instalment may be paid already.
parts as (
    select customer_id, invoice_id, max(due_on) as last_due_on
    from open_items
    where instalment_number is not null and open_from_on <= seen_on and (wanted_customer is null or customer_id = wanted_customer)
    group by customer_id, invoice_id
),

standings as (
    select
        invoice_id,
        customer_id,
        currency,
        has_payment,
        issued_on,
        due_on,
        last_due_on,
        settled_on,
        exchange_rate,
        amount_total,
        cast(0 as decimal(38, 4)) as amount_outstanding,
        cast(null as date) as oldest_due_on
    from settled_invoices
    where from_on <= seen_on and (until_on is null or until_on > seen_on) and (wanted_customer is null or customer_id = wanted_customer)
    union all
    select
        invoices.invoice_id,
        invoices.customer_id,
        invoices.currency,
        cast(null as boolean),
        invoices.issued_on,
        coalesce(invoices.due_on, parts.last_due_on, open_now.last_due_on),
        coalesce(parts.last_due_on, open_now.last_due_on, invoices.due_on),
        null,
        invoices.exchange_rate,
        invoices.amount_total,
        open_now.amount_outstanding,
        open_now.oldest_due_on
    from open_now
    inner join invoices
        on invoices.customer_id = open_now.customer_id
        and invoices.invoice_id = open_now.invoice_id
        and (wanted_customer is null or invoices.customer_id = wanted_customer)
    left join parts on parts.customer_id = open_now.customer_id and parts.invoice_id = open_now.invoice_id
)

select
    * exclude (oldest_due_on),
    settled_on - issued_on as pay_days,
    case
        when settled_on is not null then settled_on - coalesce(due_on, issued_on)
        when oldest_due_on < seen_on then seen_on - oldest_due_on
    end as days_late
from standings
