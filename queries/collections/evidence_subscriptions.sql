-- Subscriptions of one customer on a day, with the status that Microsoft gives them.
-- Grain: one row per subscription_id.
-- Permission: view_flags
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
with

subscriptions_now as (
    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.subscription_status
    from customer_subscriptions($customer_id, $as_of_on, $viewer_agent) as subscriptions
    order by subscriptions.subscription_id
)

select * from subscriptions_now
