-- Instalments of one customer invoice as they stood at the end of a day, settled ones too.
-- Grain: one row per invoice_id, instalment_number.
-- Permission: view_receivables
-- Parameter invoice_id text: the invoice.
-- Parameter as_of_on date: as of the end of this day.
--
-- Empty for an invoice that is aged whole. overdue_days is empty once nothing is open. What was settled on the very day of issue was
-- never open at the end of a day and has no row.
with

parts as (
    select
        open_items.customer_id,
        open_items.invoice_id,
        open_items.instalment_number,
        open_items.currency,
        open_items.due_on,
        open_items.amount_total,
        coalesce(
            sum(open_items.amount_outstanding) filter (where open_items.open_until_on is null or open_items.open_until_on > $as_of_on),
            0
        ) as amount_outstanding
    from open_items
    inner join customers on customers.customer_id = open_items.customer_id
    where open_items.invoice_id = $invoice_id
        and open_items.instalment_number is not null
        and open_items.open_from_on <= $as_of_on
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    group by all
),

item_instalments as (
    select
        customer_id,
        invoice_id,
        instalment_number,
        currency,
        due_on,
        case when amount_outstanding <> 0 then $as_of_on - due_on end as overdue_days,
        amount_total,
        cast(amount_outstanding as decimal(38, 4)) as amount_outstanding
    from parts
    order by due_on, instalment_number
)

select * from item_instalments
