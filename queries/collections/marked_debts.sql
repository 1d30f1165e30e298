-- What is still open of the debts that suspension marks were made on.
-- Grain: one row per mark_id.
-- Permission: view_flags
-- Parameter as_of_on date: as of the end of this day.
-- Tables: mark_items
--
-- The debt is gone when nothing is open on any of the marked items, or when unapplied money covers everything overdue in the
-- currency. An invoice that was given instalments since, or lost them, is looked at whole.
with

marks as (
    select mark_items.mark_id, mark_items.customer_id, mark_items.currency
    from mark_items
    inner join customers on customers.customer_id = mark_items.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    group by all
),

items_now as (
    select
        open_items.customer_id,
        open_items.currency,
        open_items.invoice_id,
        open_items.instalment_number,
        open_items.aged_from_on < $as_of_on as is_overdue,
        open_items.amount_outstanding
    from open_items
    where open_items.customer_id in (select customer_id from marks)
        and open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
),

marked_items_now as (
    select distinct mark_items.mark_id, items_now.invoice_id, items_now.instalment_number, items_now.amount_outstanding
    from mark_items
    inner join items_now
        on items_now.customer_id = mark_items.customer_id
        and items_now.invoice_id = mark_items.invoice_id
        and (
            items_now.instalment_number is not distinct from mark_items.instalment_number
            or (items_now.instalment_number is null) <> (mark_items.instalment_number is null)
        )
),

marked_now as (
    select mark_id, sum(amount_outstanding) as amount_marked from marked_items_now group by mark_id
),

overdue_now as (
    select customer_id, currency, sum(amount_outstanding) as amount_overdue from items_now where is_overdue group by customer_id, currency
),

unapplied_now as (
    select customer_id, currency, sum(amount_unapplied) as amount_unapplied
    from unapplied
    where customer_id in (select customer_id from marks)
        and open_from_on <= $as_of_on
        and (open_until_on is null or open_until_on > $as_of_on)
    group by customer_id, currency
),

marked_debts as (
    select
        marks.mark_id,
        marks.customer_id,
        marks.currency,
        marked_now.amount_marked is null
            or -coalesce(unapplied_now.amount_unapplied, 0) >= coalesce(overdue_now.amount_overdue, 0) as is_debt_gone,
        coalesce(marked_now.amount_marked, 0) as amount_outstanding,
        coalesce(overdue_now.amount_overdue, 0) as amount_overdue,
        coalesce(unapplied_now.amount_unapplied, 0) as amount_unapplied
    from marks
    left join marked_now on marked_now.mark_id = marks.mark_id
    left join overdue_now on overdue_now.customer_id = marks.customer_id and overdue_now.currency = marks.currency
    left join unapplied_now on unapplied_now.customer_id = marks.customer_id and unapplied_now.currency = marks.currency
    order by marks.mark_id
)

select * from marked_debts
