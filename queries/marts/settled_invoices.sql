-- Customer invoices while they are settled: since when, whether with a payment, and until when they stay so.
-- Grain: one row per invoice_id, from_on.
--
-- An invoice is settled on a day when from_on <= day and (until_on is null or until_on > day): nothing is open on it at the end of that day.
-- settled_on is the first day of which that is true up to then; it goes before from_on where only what settles it became another. What was
-- settled on the day of its issue was never open at the end of a day. has_payment: a payment is among what settles it, or the accounting
-- system says that it was paid, on a day that it knows. last_due_on: the last due day of its items. Each invoice is read by itself: to
-- refresh it, make the rows of the customers touched anew.
with

-- Nearly every invoice is open without a break and then settled for good; only of the others is each day of a change looked at.
items as (
    select
        invoice_id,
        max(open_until_on) as closed_on,
        max(due_on) as last_due_on,
        count(*) = count(open_until_on) as is_closed,
        count(instalment_number) = 0 and sum(cast(span_until_on - open_from_on as bigint)) = max(span_until_on) - min(open_from_on)
            as is_without_break
    from (select *, coalesce(open_until_on, date '9999-12-31') as span_until_on from open_items) as spans
    group by invoice_id
),

applied as (
    select
        invoice_id,
        max(in_force_from_on) as last_from_on,
        max(case when source_type = 'payment' then 1 else 0 end) = 1 as has_payment,
        count(in_force_until_on) = 0 as is_for_good
    from allocations_in_force
    group by invoice_id
),

stated as (
    select distinct invoice_id from settlements_stated
),

known as (
    select
        invoices.invoice_id,
        invoices.customer_id,
        invoices.currency,
        invoices.issued_on,
        invoices.due_on,
        invoices.counts_until_on,
        invoices.exchange_rate,
        invoices.amount_total,
        items.last_due_on,
        coalesce(items.is_closed, true) as is_closed,
        coalesce(items.closed_on, invoices.issued_on) as closed_on,
        coalesce(applied.has_payment, false) as has_payment,
        coalesce(items.is_without_break, true)
            and (
                not coalesce(items.is_closed, true)
                or (
                    stated.invoice_id is null
                    and coalesce(applied.is_for_good and applied.last_from_on <= coalesce(items.closed_on, invoices.issued_on), true)
                )
            ) as is_plain
    from invoices
    left join items on items.invoice_id = invoices.invoice_id
    left join applied on applied.invoice_id = invoices.invoice_id
    left join stated on stated.invoice_id = invoices.invoice_id
    where invoices.is_counted
),

plain as (
    select
        customer_id,
        invoice_id,
        currency,
        has_payment,
        closed_on as from_on,
        counts_until_on as until_on,
        issued_on,
        coalesce(due_on, last_due_on) as due_on,
        coalesce(last_due_on, due_on) as last_due_on,
        closed_on as settled_on,
        exchange_rate,
        amount_total
    from known
    where is_plain and is_closed and (counts_until_on is null or closed_on < counts_until_on)
),

---------- settled more than once, or by one thing after the other

others as (
    select * from known where not is_plain
),

every_change as (
    select invoice_id, issued_on as changed_on, 0 as open_change, 0 as paid_change, cast(null as date) as item_due_on from others
    union all
    select open_items.invoice_id, open_items.open_from_on, 1, 0, open_items.due_on
    from open_items
    inner join others on others.invoice_id = open_items.invoice_id
    union all
    select open_items.invoice_id, open_items.open_until_on, -1, 0, null
    from open_items
    inner join others on others.invoice_id = open_items.invoice_id
    where open_items.open_until_on is not null
    union all
    select allocations.invoice_id, allocations.in_force_from_on, 0, 1, null
    from allocations_in_force as allocations
    inner join others on others.invoice_id = allocations.invoice_id
    where allocations.source_type = 'payment'
    union all
    select allocations.invoice_id, allocations.in_force_until_on, 0, -1, null
    from allocations_in_force as allocations
    inner join others on others.invoice_id = allocations.invoice_id
    where allocations.source_type = 'payment' and allocations.in_force_until_on is not null
    union all
    select settlements_stated.invoice_id, settlements_stated.settled_from_on, 0, 1, null
    from settlements_stated
    inner join others on others.invoice_id = settlements_stated.invoice_id
    where settlements_stated.has_day
    union all
    select settlements_stated.invoice_id, settlements_stated.settled_until_on, 0, -1, null
    from settlements_stated
    inner join others on others.invoice_id = settlements_stated.invoice_id
    where settlements_stated.has_day and settlements_stated.settled_until_on is not null
),

days as (
    select
        invoice_id,
        changed_on,
        cast(sum(open_change) as bigint) as open_change,
        cast(sum(paid_change) as bigint) as paid_change,
        max(case when open_change < 0 then changed_on end) as closed_on,
        max(item_due_on) as item_due_on
    from every_change
    group by invoice_id, changed_on
),

stretches as (
    select
        invoice_id,
        changed_on as from_on,
        lead(changed_on) over (partition by invoice_id order by changed_on) as until_on,
        sum(open_change) over (
            partition by invoice_id order by changed_on rows between unbounded preceding and current row
        ) as open_item_count,
        sum(paid_change) over (
            partition by invoice_id order by changed_on rows between unbounded preceding and current row
        ) as payment_count,
        max(closed_on) over (
            partition by invoice_id order by changed_on rows between unbounded preceding and current row
        ) as last_closed_on,
        max(item_due_on) over (
            partition by invoice_id order by changed_on rows between unbounded preceding and current row
        ) as last_due_on
    from days
),

in_turn as (
    select
        others.customer_id,
        others.invoice_id,
        others.currency,
        stretches.payment_count > 0 as has_payment,
        stretches.from_on,
        least(stretches.until_on, others.counts_until_on) as until_on,
        others.issued_on,
        coalesce(others.due_on, stretches.last_due_on) as due_on,
        coalesce(stretches.last_due_on, others.due_on) as last_due_on,
        coalesce(stretches.last_closed_on, others.issued_on) as settled_on,
        others.exchange_rate,
        others.amount_total
    from stretches
    inner join others on others.invoice_id = stretches.invoice_id
    where stretches.open_item_count = 0 and (others.counts_until_on is null or stretches.from_on < others.counts_until_on)
),

settled_invoices as (
    select * from plain
    union all
    select * from in_turn
)

select * from settled_invoices order by customer_id, issued_on, invoice_id, from_on
