-- Promises to pay and what became of them: kept, broken, still running, or ended early.
-- Grain: one row per hold_id, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter promise_status text = null (kept, broken, running, ended_early, nothing_due): one outcome; all when left out.
-- Parameter since_on date = null: only promises whose last day is this day or later, and those without one.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: holds_decided
--
-- What is promised: the amount of the hold, unless in another currency than its invoice's; else what was open on its invoice,
-- or overdue of the customer, when it began (before that day's payments). A promise about a whole customer without an amount
-- is one row for each currency in which something was overdue. What is received: what payments and credit notes settled since
-- of the invoices promised (of an amount for a whole customer: of any), each up to what was promised of it, and what came in
-- since and is not applied. A write-off keeps no promise. A promise is kept: on its last day (or the day asked for, while it
-- runs) all of it had been received, and kept_on is the first day from which that held. Broken: not kept by the end of its
-- last day. Ended early: taken back before that, unkept. Nothing due: nothing was owed, or the invoice was voided by the last
-- day.
with

promises as (
    select
        holds.hold_id,
        holds.customer_id,
        customers.customer_name,
        customers.currency as customer_currency,
        holds.invoice_id,
        holds.reason,
        holds.owner,
        holds.starts_on,
        holds.ends_on,
        holds.withdrawn_on,
        case when coalesce(holds.currency = invoices.currency, true) then holds.amount_held end as amount_held,
        holds.currency as hold_currency,
        invoices.currency as invoice_currency,
        invoices.counts_until_on as invoice_until_on,
        -- The last day on which it is looked at: its own, the day before it was taken back, the day asked for.
        least(holds.ends_on, holds.withdrawn_on - 1, $as_of_on) as judged_on
    from every_hold() as holds
    inner join customers on customers.customer_id = holds.customer_id
    left join invoices on invoices.invoice_id = holds.invoice_id and invoices.customer_id = holds.customer_id
    where holds.hold_type = 'promise_to_pay'
        and holds.starts_on <= $as_of_on
        and ($customer_id is null or holds.customer_id = $customer_id)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

-- What was open the evening before, item by item; overdue is what was due before the first day.
open_before as (
    select
        promises.hold_id,
        open_items.invoice_id,
        open_items.currency,
        sum(open_items.amount_outstanding) as amount_open,
        coalesce(sum(open_items.amount_outstanding) filter (where open_items.aged_from_on < promises.starts_on), 0) as amount_overdue
    from promises
    inner join open_items
        on open_items.customer_id = promises.customer_id
        and open_items.open_from_on < promises.starts_on
        and (open_items.open_until_on is null or open_items.open_until_on >= promises.starts_on)
        and (promises.invoice_id is null or open_items.invoice_id = promises.invoice_id)
    group by promises.hold_id, open_items.invoice_id, open_items.currency
),

-- The invoices promised and how much of each counts (null: all that is settled of it).
parts as (
    select promises.hold_id, open_before.invoice_id, open_before.currency, open_before.amount_open as amount_part
    from promises
    inner join open_before on open_before.hold_id = promises.hold_id
    where promises.invoice_id is not null
    union all
    select promises.hold_id, open_before.invoice_id, open_before.currency, open_before.amount_overdue
    from promises
    inner join open_before on open_before.hold_id = promises.hold_id
    where promises.invoice_id is null and promises.amount_held is null and open_before.amount_overdue > 0
    union all
    select promises.hold_id, invoices.invoice_id, invoices.currency, null
    from promises
    inner join invoices
        on invoices.customer_id = promises.customer_id
        and invoices.currency = coalesce(promises.hold_currency, promises.customer_currency)
        and invoices.is_counted
    where promises.invoice_id is null and promises.amount_held is not null
),

promised as (
    select
        promises.hold_id,
        coalesce(owed.currency, promises.invoice_currency, promises.hold_currency, promises.customer_currency) as currency,
        coalesce(promises.amount_held, owed.amount_owed, 0) as amount_promised
    from promises
    left join (
        select hold_id, currency, sum(amount_part) as amount_owed
        from parts
        where amount_part is not null
        group by hold_id, currency
    ) as owed on owed.hold_id = promises.hold_id
),

---------- what was received since, day by day

settled_spans as (
    select invoice_id, in_force_from_on as from_on, in_force_until_on as until_on, amount_applied as amount_settled
    from allocations_in_force
    where source_type <> 'write_off' and ($customer_id is null or customer_id = $customer_id)
    union all
    select invoice_id, settled_from_on, settled_until_on, amount_settled
    from settlements_stated
),

settled_changes as (
    select
        parts.hold_id,
        parts.currency,
        parts.invoice_id,
        parts.amount_part,
        settled_spans.from_on as changed_on,
        settled_spans.amount_settled as amount_change
    from parts
    inner join promises on promises.hold_id = parts.hold_id
    inner join settled_spans
        on settled_spans.invoice_id = parts.invoice_id
        and settled_spans.from_on between promises.starts_on and promises.judged_on
    union all
    select parts.hold_id, parts.currency, parts.invoice_id, parts.amount_part, settled_spans.until_on, -settled_spans.amount_settled
    from parts
    inner join promises on promises.hold_id = parts.hold_id
    inner join settled_spans
        on settled_spans.invoice_id = parts.invoice_id
        and settled_spans.until_on between promises.starts_on and promises.judged_on
),

unapplied_changes as (
    select promised.hold_id, promised.currency, unapplied.open_from_on as changed_on, -unapplied.amount_unapplied as amount_change
    from promised
    inner join promises on promises.hold_id = promised.hold_id
    inner join unapplied
        on unapplied.customer_id = promises.customer_id
        and unapplied.currency = promised.currency
        and unapplied.source_type = 'payment'
        and unapplied.source_on >= promises.starts_on
        and unapplied.open_from_on <= promises.judged_on
    union all
    select promised.hold_id, promised.currency, unapplied.open_until_on, unapplied.amount_unapplied
    from promised
    inner join promises on promises.hold_id = promised.hold_id
    inner join unapplied
        on unapplied.customer_id = promises.customer_id
        and unapplied.currency = promised.currency
        and unapplied.source_type = 'payment'
        and unapplied.source_on >= promises.starts_on
        and unapplied.open_until_on <= promises.judged_on
),

days as (
    select hold_id, currency, changed_on from settled_changes
    union
    select hold_id, currency, changed_on from unapplied_changes
    union
    -- What is promised may be nothing, or already on account: the first day counts as a day.
    select promised.hold_id, promised.currency, promises.starts_on
    from promised
    inner join promises on promises.hold_id = promised.hold_id
),

settled_days as (
    select
        days.hold_id,
        days.currency,
        days.changed_on,
        changes.invoice_id,
        greatest(0, least(sum(changes.amount_change), any_value(coalesce(changes.amount_part, cast(99999999999999 as decimal(18, 4))))))
            as amount_settled
    from days
    inner join settled_changes as changes
        on changes.hold_id = days.hold_id and changes.currency = days.currency and changes.changed_on <= days.changed_on
    group by days.hold_id, days.currency, days.changed_on, changes.invoice_id
),

unapplied_days as (
    select days.hold_id, days.currency, days.changed_on, sum(changes.amount_change) as amount_unapplied
    from days
    inner join unapplied_changes as changes
        on changes.hold_id = days.hold_id and changes.currency = days.currency and changes.changed_on <= days.changed_on
    group by days.hold_id, days.currency, days.changed_on
),

received as (
    select
        days.hold_id,
        days.currency,
        days.changed_on,
        greatest(0, coalesce(sum(settled_days.amount_settled), 0) + coalesce(any_value(unapplied_days.amount_unapplied), 0))
            as amount_received
    from days
    left join settled_days
        on settled_days.hold_id = days.hold_id and settled_days.currency = days.currency and settled_days.changed_on = days.changed_on
    left join unapplied_days
        on unapplied_days.hold_id = days.hold_id
        and unapplied_days.currency = days.currency
        and unapplied_days.changed_on = days.changed_on
    group by days.hold_id, days.currency, days.changed_on
),

covered as (
    select
        promised.hold_id,
        promised.currency,
        promised.amount_promised,
        arg_max(received.amount_received, received.changed_on) as amount_received,
        max(received.changed_on) filter (where received.amount_received < promised.amount_promised) as last_short_on
    from promised
    inner join received on received.hold_id = promised.hold_id and received.currency = promised.currency
    group by promised.hold_id, promised.currency, promised.amount_promised
),

kept_days as (
    select covered.hold_id, covered.currency, min(received.changed_on) as kept_on
    from covered
    inner join received
        on received.hold_id = covered.hold_id
        and received.currency = covered.currency
        and (covered.last_short_on is null or received.changed_on > covered.last_short_on)
    where covered.amount_received >= covered.amount_promised
    group by covered.hold_id, covered.currency
),

judged as (
    select
        promises.hold_id,
        promises.customer_id,
        promises.customer_name,
        covered.currency,
        promises.invoice_id,
        case
            when covered.amount_promised = 0 then 'nothing_due'
            when kept_days.kept_on is not null then 'kept'
            when promises.invoice_until_on <= promises.judged_on then 'nothing_due'
            when promises.ends_on < $as_of_on and coalesce(promises.withdrawn_on > promises.ends_on, true) then 'broken'
            when promises.withdrawn_on <= $as_of_on then 'ended_early'
            else 'running'
        end as promise_status,
        promises.reason,
        promises.owner,
        promises.starts_on,
        promises.ends_on,
        case when covered.amount_promised > 0 then kept_days.kept_on end as kept_on,
        covered.amount_promised,
        covered.amount_received
    from promises
    inner join covered on covered.hold_id = promises.hold_id
    left join kept_days on kept_days.hold_id = covered.hold_id and kept_days.currency = covered.currency
),

listed as (
    select *, count(*) over () as row_count
    from judged
    where ($promise_status is null or promise_status = $promise_status)
        and ($currency is null or currency = $currency)
        and ($since_on is null or ends_on is null or ends_on >= $since_on)
    order by starts_on desc, hold_id, currency
    limit $row_limit offset $row_offset
)

select * from listed
