-- What happened to the money of one customer, up to a day: documents, due days that passed, holds, notices.
-- Grain: one row per event_type, subject_id, occurred_on.
-- Permission: view_receivables
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
-- Tables: holds_decided, notices_decided
--
-- An amount is the document's; of an item that became overdue, what was open on it then; of a hold, what it holds. A document
-- that stopped counting (void, no longer in a snapshot) still happened: both days are told.
with

scoped_customers as (
    select customer_id
    from customers
    where customer_id = $customer_id and ($viewer_agent is null or sales_agent = $viewer_agent)
),

own_invoices as (
    select invoices.*
    from invoices
    inner join scoped_customers on scoped_customers.customer_id = invoices.customer_id
    where invoices.is_counted
),

own_sources as (
    select sources.*
    from sources
    inner join scoped_customers on scoped_customers.customer_id = sources.customer_id
    where sources.is_counted
),

-- Open at the end of its due day; what was issued after its due day is overdue from the first.
became_overdue as (
    select
        open_items.invoice_id,
        open_items.currency,
        greatest(open_items.aged_from_on + 1, open_items.issued_on) as occurred_on,
        sum(open_items.amount_outstanding) as amount_total
    from open_items
    inner join scoped_customers on scoped_customers.customer_id = open_items.customer_id
    where open_items.open_from_on <= greatest(open_items.aged_from_on, open_items.issued_on)
        and (
            open_items.open_until_on is null
            or open_items.open_until_on > greatest(open_items.aged_from_on, open_items.issued_on)
        )
    group by open_items.invoice_id, open_items.currency, occurred_on
),

settled as (
    select settlements.invoice_id, settlements.currency, settlements.settled_on, settlements.amount_total
    from invoice_settlements($as_of_on, $customer_id) as settlements
    inner join scoped_customers on scoped_customers.customer_id = settlements.customer_id
    where settlements.settled_on is not null
),

-- An allocation stands in several pieces when its documents' order was run anew: it was written off once.
written_off as (
    select
        allocations_in_force.allocation_id,
        own_invoices.invoice_id,
        own_invoices.currency,
        min(allocations_in_force.in_force_from_on) as occurred_on,
        arg_min(allocations_in_force.amount_applied, allocations_in_force.in_force_from_on) as amount_total
    from allocations_in_force
    inner join own_invoices on own_invoices.invoice_id = allocations_in_force.invoice_id
    where allocations_in_force.source_type = 'write_off'
    group by allocations_in_force.allocation_id, own_invoices.invoice_id, own_invoices.currency
),

own_holds as (
    select holds.*
    from every_hold() as holds
    inner join scoped_customers on scoped_customers.customer_id = holds.customer_id
),

every_event as (
    select
        invoice_id as subject_id, currency, 'money' as kind, 'invoice_issued' as event_type, description as event_text,
        issued_on as occurred_on, cast(amount_total as decimal(38, 4)) as amount_total
    from own_invoices
    union all
    select invoice_id, currency, 'money', 'document_withdrawn', null, counts_until_on, amount_total
    from own_invoices
    where counts_until_on is not null
    union all
    select invoice_id, currency, 'money', 'became_overdue', null, occurred_on, amount_total from became_overdue
    union all
    select invoice_id, currency, 'money', 'invoice_settled', null, settled_on, amount_total from settled
    union all
    select
        source_id, currency, 'money',
        case
            when source_type = 'credit_note' then 'credit_note_issued'
            when amount_total < 0 then 'money_returned'
            else 'payment_received'
        end,
        concat_ws(', ', payment_method, reference), counts_from_on, amount_total
    from own_sources
    union all
    select source_id, currency, 'money', 'document_withdrawn', null, counts_until_on, amount_total
    from own_sources
    where counts_until_on is not null
    union all
    select allocation_id, currency, 'money', 'written_off', invoice_id, occurred_on, amount_total from written_off
    union all
    select hold_id, currency, 'collections', hold_type || '_begun', concat_ws(', ', invoice_id, reason), starts_on, amount_held from own_holds
    union all
    -- The first day on which it holds no more.
    select hold_id, currency, 'collections', hold_type || '_ended', concat_ws(', ', invoice_id, reason), ends_on + 1, amount_held
    from own_holds
    where ends_on is not null and (withdrawn_on is null or withdrawn_on > ends_on)
    union all
    select hold_id, currency, 'collections', hold_type || '_ended', concat_ws(', ', invoice_id, reason), withdrawn_on, amount_held
    from own_holds
    where withdrawn_on is not null and (ends_on is null or withdrawn_on <= ends_on)
    union all
    select notices.notice_id, notices.currency, 'collections', notices.notice_type || '_sent', notices.channel, notices.sent_on, null
    from every_notice() as notices
    inner join scoped_customers on scoped_customers.customer_id = notices.customer_id
    where notices.withdrawn_on is null or notices.withdrawn_on > $as_of_on
),

money_events as (
    select
        scoped_customers.customer_id,
        every_event.subject_id,
        every_event.currency,
        every_event.kind,
        every_event.event_type,
        nullif(every_event.event_text, '') as event_text,
        every_event.occurred_on,
        every_event.amount_total
    from every_event
    cross join scoped_customers
    where every_event.occurred_on <= $as_of_on
    order by every_event.occurred_on, every_event.event_type, every_event.subject_id
)

select * from money_events
