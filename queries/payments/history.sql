-- Payment history of one customer: each invoice, when it was settled and how late.
-- Grain: one row per invoice_id.
-- Permission: view_receivables
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
--
-- Settled on the first day from which nothing is open up to the day asked for. Days late are counted from the due day (of
-- instalments the last, else the issue day): to the settlement (early is negative), or to the day asked for while overdue.
with

invoices_then as (
    select invoices.*
    from invoices
    inner join customers on customers.customer_id = invoices.customer_id
    where invoices.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and invoices.is_counted
        and invoices.issued_on <= $as_of_on
        and (invoices.counts_until_on is null or invoices.counts_until_on > $as_of_on)
),

items as (
    select
        open_items.invoice_id,
        max(open_items.due_on) as last_due_on,
        max(open_items.open_until_on) as settled_on,
        coalesce(sum(open_items.amount_outstanding) filter (
            where open_items.open_until_on is null or open_items.open_until_on > $as_of_on
        ), 0) as amount_outstanding
    from open_items
    where open_items.customer_id = $customer_id and open_items.open_from_on <= $as_of_on
    group by open_items.invoice_id
),

dated as (
    select
        invoices_then.customer_id,
        invoices_then.currency,
        invoices_then.invoice_id,
        invoices_then.issued_on,
        coalesce(invoices_then.due_on, items.last_due_on) as due_on,
        case
            when items.invoice_id is null then invoices_then.issued_on
            when items.amount_outstanding = 0 then items.settled_on
        end as settled_on,
        invoices_then.amount_total,
        coalesce(items.amount_outstanding, 0) as amount_outstanding
    from invoices_then
    left join items on items.invoice_id = invoices_then.invoice_id
),

history as (
    select
        customer_id,
        currency,
        invoice_id,
        issued_on,
        due_on,
        settled_on,
        case
            when settled_on is not null then settled_on - coalesce(due_on, issued_on)
            when coalesce(due_on, issued_on) < $as_of_on then $as_of_on - coalesce(due_on, issued_on)
        end as days_late,
        amount_total,
        amount_outstanding
    from dated
    order by issued_on desc, invoice_id
)

select * from history
