-- Timeline of one customer: everything that happened, the newest first.
-- Grain: one row per event_type, subject_id, occurred_on, occurred_at.
-- Permission: view_customers
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
-- Parameter kind text = null (money, collections, support, subscriptions, decisions): all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: events_now
--
-- The events are handed in: those of accounts/money_events, accounts/service_events and the decisions, as far as the viewer may see them.
-- Of one day, what tells its hour stands above what only tells the day.
with

own_events as (
    select events_now.*
    from events_now
    inner join customers on customers.customer_id = events_now.customer_id
    where events_now.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and events_now.occurred_on <= $as_of_on
        and ($kind is null or events_now.kind = $kind)
),

timeline as (
    select *, count(*) over () as row_count
    from own_events
    order by occurred_on desc, occurred_at desc nulls last, kind, event_type, subject_id
    limit $row_limit offset $row_offset
)

select * from timeline
