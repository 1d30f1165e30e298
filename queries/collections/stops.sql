-- Orders to suspend whose debt is gone before they were carried out: stop them.
-- Grain: one row per mark_id.
-- Permission: view_flags
-- Tables: orders_now, debts_now
--
-- An order is listed while any of its subscriptions is not reported, or not known. What of it is suspended already has to be
-- brought back; the rest must not be suspended any more.
with

stops as (
    select
        orders_now.mark_id,
        orders_now.customer_id,
        customers.customer_name,
        customers.sales_agent,
        orders_now.currency,
        orders_now.mark_status,
        orders_now.exported_at,
        debts_now.amount_outstanding,
        debts_now.amount_overdue,
        debts_now.amount_unapplied,
        orders_now.suspended_count,
        orders_now.unknown_count,
        orders_now.version
    from orders_now
    inner join customers on customers.customer_id = orders_now.customer_id
    inner join debts_now on debts_now.mark_id = orders_now.mark_id and debts_now.is_debt_gone
    where orders_now.mark_status = 'exported'
        and orders_now.unknown_count > 0
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by orders_now.exported_at, customers.customer_name, orders_now.mark_id
)

select * from stops
