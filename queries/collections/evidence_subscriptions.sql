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
    from subscriptions
    inner join customers on customers.customer_id = subscriptions.customer_id
    where subscriptions.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and (subscriptions.started_on is null or subscriptions.started_on <= $as_of_on)
        and (subscriptions.withdrawn_on is null or subscriptions.withdrawn_on > $as_of_on)
    order by subscriptions.subscription_id
)

select * from subscriptions_now
