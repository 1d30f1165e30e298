-- What the health of accounts rests on in money: what is overdue, the credit limit, money on account, notices, disputes.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter as_of_on date: as of the end of this day.
-- Tables: holds_decided, notices_decided
--
-- A row for the customer's own currency, whatever is open in it, and for each other currency with something open or unapplied,
-- a notice or a dispute. Notices are those of the last 90 days.
-- The credit limit is in the customer's own currency: used of it is what is open in that currency,
-- unapplied money taken off, as in receivables/credit_use (below 0 with more on account than open).
with

scoped_customers as (
    select customer_id, currency, credit_limit_amount
    from customers
    where ($viewer_agent is null or sales_agent = $viewer_agent)
        and ($customer_id is null or customer_id = $customer_id)
),

items as (
    select
        open_items.customer_id,
        open_items.currency,
        open_items.invoice_id,
        open_items.aged_from_on,
        $as_of_on - open_items.aged_from_on as overdue_days,
        open_items.amount_outstanding
    from open_items
    inner join scoped_customers on scoped_customers.customer_id = open_items.customer_id
    where open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
),

owed as (
    select
        customer_id,
        currency,
        -- Of several that fell due on one day, the first by id.
        arg_min(invoice_id, (aged_from_on, invoice_id)) filter (where overdue_days > 0) as oldest_invoice_id,
        max(overdue_days) filter (where overdue_days > 0) as overdue_days,
        sum(amount_outstanding) as amount_outstanding,
        coalesce(sum(amount_outstanding) filter (where overdue_days > 0), 0) as amount_overdue,
        count(distinct invoice_id) filter (where overdue_days > 0) as overdue_invoice_count
    from items
    group by customer_id, currency
),

on_account as (
    select
        unapplied.customer_id,
        unapplied.currency,
        max($as_of_on - unapplied.source_on) filter (where unapplied.amount_unapplied < 0) as unapplied_days,
        sum(unapplied.amount_unapplied) as amount_unapplied
    from unapplied
    inner join scoped_customers on scoped_customers.customer_id = unapplied.customer_id
    where unapplied.open_from_on <= $as_of_on
        and (unapplied.open_until_on is null or unapplied.open_until_on > $as_of_on)
    group by unapplied.customer_id, unapplied.currency
),

-- What names no currency stands with the customer's own, so that it is told once.
notices_sent as (
    select
        notices.customer_id,
        coalesce(notices.currency, scoped_customers.currency) as currency,
        max(notices.sent_on) as last_notice_on,
        count(*) as notice_count
    from every_notice() as notices
    inner join scoped_customers on scoped_customers.customer_id = notices.customer_id
    where notices.sent_on <= $as_of_on
        and notices.sent_on > $as_of_on - 90
        and (notices.withdrawn_on is null or notices.withdrawn_on > $as_of_on)
    group by 1, 2
),

disputes as (
    select
        holds.customer_id,
        coalesce(invoices.currency, holds.currency, scoped_customers.currency) as currency,
        count(*) as dispute_count,
        max($as_of_on - holds.starts_on) as dispute_days
    from every_hold() as holds
    inner join scoped_customers on scoped_customers.customer_id = holds.customer_id
    left join invoices on invoices.invoice_id = holds.invoice_id and invoices.customer_id = holds.customer_id
    where holds.hold_type = 'dispute'
        and holds.starts_on <= $as_of_on
        and (holds.ends_on is null or holds.ends_on >= $as_of_on)
        and (holds.withdrawn_on is null or holds.withdrawn_on > $as_of_on)
    group by 1, 2
),

pairs as (
    select customer_id, currency from scoped_customers where currency is not null
    union
    select customer_id, currency from owed
    union
    select customer_id, currency from on_account
    union
    select customer_id, currency from notices_sent where currency is not null
    union
    select customer_id, currency from disputes where currency is not null
),

amounts as (
    select
        pairs.customer_id,
        pairs.currency,
        owed.oldest_invoice_id,
        notices_sent.last_notice_on,
        owed.overdue_days,
        on_account.unapplied_days,
        disputes.dispute_days,
        cast(coalesce(owed.amount_outstanding, 0) as decimal(38, 4)) as amount_outstanding,
        cast(coalesce(owed.amount_overdue, 0) as decimal(38, 4)) as amount_overdue,
        cast(coalesce(on_account.amount_unapplied, 0) as decimal(38, 4)) as amount_unapplied,
        scoped_customers.credit_limit_amount as amount_credit_limit,
        coalesce(owed.overdue_invoice_count, 0) as overdue_invoice_count,
        coalesce(notices_sent.notice_count, 0) as notice_count,
        coalesce(disputes.dispute_count, 0) as dispute_count
    from pairs
    left join scoped_customers
        on scoped_customers.customer_id = pairs.customer_id and scoped_customers.currency = pairs.currency
    left join owed on owed.customer_id = pairs.customer_id and owed.currency = pairs.currency
    left join on_account on on_account.customer_id = pairs.customer_id and on_account.currency = pairs.currency
    left join notices_sent on notices_sent.customer_id = pairs.customer_id and notices_sent.currency = pairs.currency
    left join disputes on disputes.customer_id = pairs.customer_id and disputes.currency = pairs.currency
),

health as (
    select
        customer_id,
        currency,
        oldest_invoice_id,
        last_notice_on,
        amount_outstanding,
        amount_overdue,
        amount_unapplied,
        amount_credit_limit,
        case when amount_credit_limit is not null then cast(amount_outstanding + amount_unapplied as decimal(38, 4)) end
            as amount_credit_used,
        overdue_days,
        unapplied_days,
        dispute_days,
        cast(round(amount_overdue::double / nullif(amount_outstanding, 0)::double, 4) as decimal(18, 4)) as overdue_rate,
        cast(round((amount_outstanding + amount_unapplied)::double / nullif(amount_credit_limit, 0)::double, 4) as decimal(18, 4))
            as credit_use_rate,
        overdue_invoice_count,
        notice_count,
        dispute_count
    from amounts
    order by customer_id, currency
)

select * from health
