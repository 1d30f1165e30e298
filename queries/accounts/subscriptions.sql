-- Subscriptions of one customer, with the days left to cancel; no prices.
-- Grain: one row per subscription_id.
-- Permission: view_customers
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
with

own_subscriptions as (
    select
        subscriptions.subscription_id,
        subscriptions.product_name,
        subscriptions.commerce_model,
        subscriptions.subscription_status,
        subscriptions.billing_cycle,
        subscriptions.term_duration,
        subscriptions.is_auto_renew,
        subscriptions.started_on,
        subscriptions.commitment_ends_on,
        subscriptions.cancellable_until_on,
        case when subscriptions.cancellable_until_on >= $as_of_on then subscriptions.cancellable_until_on - $as_of_on end
            as left_to_cancel_days,
        subscriptions.quantity
    from customer_subscriptions($customer_id, $as_of_on, $viewer_agent) as subscriptions
    order by subscriptions.subscription_status, subscriptions.product_name, subscriptions.subscription_id
)

select * from own_subscriptions
