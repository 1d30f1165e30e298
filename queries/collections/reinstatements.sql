-- Suspended customers whose debt is gone: what has to be brought back, and how long they have been waiting for it.
-- Grain: one row per mark_id.
-- Permission: view_flags
-- Parameter at timestamp: the instant up to which the waiting is counted, UTC.
-- Tables: orders_now, debts_now
--
-- Whole hours since it was noted that the debt is gone. Suspending a subscription takes its auto-renew and drops its scheduled
-- changes; neither comes back by itself. A debt that came back since (a payment that bounced) stays in the list and says so.
with

reinstatements as (
    select
        orders_now.mark_id,
        orders_now.customer_id,
        customers.customer_name,
        customers.sales_agent,
        orders_now.currency,
        orders_now.mark_status,
        coalesce(debts_now.is_debt_gone, false) as is_debt_gone,
        orders_now.cleared_on,
        orders_now.cleared_at,
        coalesce(debts_now.amount_outstanding, 0) as amount_outstanding,
        coalesce(debts_now.amount_overdue, 0) as amount_overdue,
        coalesce(debts_now.amount_unapplied, 0) as amount_unapplied,
        greatest(date_diff('second', orders_now.cleared_at, cast($at as timestamp)) // 3600, 0) as waiting_hours,
        orders_now.suspended_count,
        orders_now.unknown_count,
        orders_now.auto_renew_count,
        orders_now.scheduled_change_count,
        orders_now.version
    from orders_now
    inner join customers on customers.customer_id = orders_now.customer_id
    left join debts_now on debts_now.mark_id = orders_now.mark_id
    where orders_now.cleared_at is not null
        and orders_now.suspended_count > 0
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by orders_now.cleared_at, customers.customer_name, orders_now.mark_id
)

select * from reinstatements
