-- The receivables status of customers in one word: current, overdue, flagged or suspended. No amounts.
-- Grain: one row per customer_id.
-- Permission: view_receivables_status
-- Parameter customer_id text = null: one customer; all when left out.
-- Tables: stages_now, marks_now
--
-- is_held_by_case: the policy would suspend, and an open severity A case is a reason not to, alone or beside others.
-- Suspended by Microsoft's state of the newest data, or by what was reported of our own orders since.
with

states as (
    select
        customer_id,
        bool_or(is_flagged) as is_flagged,
        bool_or(list_contains(string_split(hold_reasons, '; '), 'severity_a_case')) as is_held_by_case,
        bool_or(overdue_days > 0) as is_overdue
    from stages_now
    group by customer_id
),

suspended as (
    select customer_id from subscriptions where subscription_status = 'suspended' and withdrawn_on is null
    union
    select customer_id from marks_now where suspended_count > 0
),

marked as (
    select distinct customer_id from marks_now where mark_status in ('marked', 'approved_once', 'approved', 'exported')
),

account_status as (
    select
        customers.customer_id,
        customers.customer_name,
        case
            when suspended.customer_id is not null then 'suspended'
            when states.is_flagged or marked.customer_id is not null then 'flagged'
            when states.is_overdue then 'overdue'
            else 'current'
        end as receivables_status,
        coalesce(states.is_held_by_case, false) as is_held_by_case
    from customers
    left join states on states.customer_id = customers.customer_id
    left join suspended on suspended.customer_id = customers.customer_id
    left join marked on marked.customer_id = customers.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or customers.customer_id = $customer_id)
    order by customers.customer_name, customers.customer_id
)

select * from account_status
