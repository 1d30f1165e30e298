-- What a notice to one customer names: the invoices it asks for, and those in dispute.
-- Grain: one row per invoice_id, instalment_number.
-- Permission: view_flags
-- Parameter customer_id text: the customer.
-- Parameter currency text: ISO 4217.
-- Parameter from_days integer: of the rule that calls for the notice, days past the due day; 0 or less: what falls due within so many days.
-- Parameter as_of_on date: as of the end of this day.
-- Tables: holds_decided
--
-- The same items, and the same dispute of them, as collections/notices_due counts.
with

holds_now as (
    select *
    from every_hold()
    where customer_id = $customer_id
        and hold_type = 'dispute'
        and starts_on <= $as_of_on
        and (ends_on is null or ends_on >= $as_of_on)
        and (withdrawn_on is null or withdrawn_on > $as_of_on)
),

open_now as (
    select
        open_items.customer_id,
        open_items.currency,
        open_items.invoice_id,
        invoices.invoice_number,
        open_items.instalment_number,
        open_items.issued_on,
        open_items.aged_from_on as due_on,
        $as_of_on - open_items.aged_from_on as overdue_days,
        open_items.amount_total,
        open_items.amount_outstanding,
        coalesce(sum(open_items.amount_outstanding) over (
            partition by open_items.invoice_id order by open_items.aged_from_on, open_items.instalment_number
            rows between unbounded preceding and 1 preceding
        ), 0) as amount_before
    from open_items
    inner join customers on customers.customer_id = open_items.customer_id
    inner join invoices on invoices.invoice_id = open_items.invoice_id
    where open_items.customer_id = $customer_id
        and open_items.currency = $currency
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
),

invoice_disputes as (
    select
        holds_now.invoice_id,
        bool_or(holds_now.amount_held is null) as is_whole,
        sum(holds_now.amount_held) as amount_held
    from holds_now
    inner join invoices on invoices.invoice_id = holds_now.invoice_id and invoices.customer_id = holds_now.customer_id
    where holds_now.amount_held is null or holds_now.currency is null or holds_now.currency = invoices.currency
    group by holds_now.invoice_id
),

notice_items as (
    select
        open_now.customer_id,
        open_now.invoice_id,
        open_now.instalment_number,
        coalesce(open_now.invoice_number, open_now.invoice_id) as invoice_number,
        open_now.currency,
        open_now.issued_on,
        open_now.due_on,
        open_now.overdue_days,
        open_now.amount_total,
        open_now.amount_outstanding,
        cast(case
            when exists (select 1 from holds_now where invoice_id is null) or invoice_disputes.is_whole then open_now.amount_outstanding
            else greatest(0, least(
                open_now.amount_outstanding, coalesce(invoice_disputes.amount_held, 0) - open_now.amount_before
            ))
        end as decimal(38, 4)) as amount_disputed
    from open_now
    left join invoice_disputes on invoice_disputes.invoice_id = open_now.invoice_id
    where case when $from_days <= 0 then open_now.overdue_days between $from_days and 0 else open_now.overdue_days > 0 end
    order by open_now.due_on, open_now.invoice_id, open_now.instalment_number
)

select * from notice_items
