-- Customer invoices as they stood at the end of a day: settled when and how late, or what is still open.
-- Grain: one row per invoice_id.
-- Parameter seen_on date: as of the end of this day.
--
-- A table macro of the warehouse, `invoice_settlements(seen_on)`: the one place that says when an invoice is settled. That is the
-- first day from which nothing is open on it up to the day asked for. Days late of a settled invoice are counted from its due day
-- (else its last instalment's, else the issue day) to the settlement; early is negative. Of an open one they are the days overdue of
-- its oldest open item, empty while none is overdue. last_due_on: the day by which all of it was to be paid, of instalments the
-- last one's. has_payment: a payment is among what settles it, or the accounting system says that it was paid, on a day that it knows.
with

invoices_then as (
    select *
    from invoices
    where is_counted and issued_on <= seen_on and (counts_until_on is null or counts_until_on > seen_on)
),

items as (
    select
        customer_id,
        invoice_id,
        max(due_on) as last_due_on,
        max(open_until_on) as closed_on,
        min(aged_from_on) filter (where open_until_on is null or open_until_on > seen_on) as oldest_due_on,
        coalesce(sum(amount_outstanding) filter (where open_until_on is null or open_until_on > seen_on), 0) as amount_outstanding
    from open_items
    where open_from_on <= seen_on
    group by customer_id, invoice_id
),

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

dated as (
    select
        invoices_then.invoice_id,
        invoices_then.customer_id,
        invoices_then.currency,
        paid.invoice_id is not null as has_payment,
        invoices_then.issued_on,
        coalesce(invoices_then.due_on, items.last_due_on) as due_on,
        coalesce(items.last_due_on, invoices_then.due_on) as last_due_on,
        case
            -- What was settled on the day of its issue was never open at the end of a day.
            when items.invoice_id is null then invoices_then.issued_on
            when items.amount_outstanding = 0 then items.closed_on
        end as settled_on,
        invoices_then.exchange_rate,
        invoices_then.amount_total,
        coalesce(items.amount_outstanding, 0) as amount_outstanding,
        items.oldest_due_on
    from invoices_then
    left join items on items.customer_id = invoices_then.customer_id and items.invoice_id = invoices_then.invoice_id
    left join paid on paid.invoice_id = invoices_then.invoice_id
)

select
    * exclude (oldest_due_on),
    settled_on - issued_on as pay_days,
    case
        when settled_on is not null then settled_on - coalesce(due_on, issued_on)
        when oldest_due_on < seen_on then seen_on - oldest_due_on
    end as days_late
from dated
