-- Subscriptions of one customer as an order to suspend them holds them, with what stands in the way of asking for it.
-- Grain: one row per subscription_id.
-- Permission: view_flags
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
--
-- Only an active subscription can be suspended. The Azure plan itself can be, once no Azure subscription under it is active; a
-- subscription under it is not suspended but cancelled in Azure. Which of them is the plan, its product says.
with

listed as (
    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        customers.microsoft_tenant_id,
        subscriptions.microsoft_subscription_id,
        subscriptions.product_name,
        subscriptions.commerce_model,
        subscriptions.subscription_status,
        subscriptions.is_auto_renew,
        subscriptions.commitment_ends_on,
        subscriptions.commerce_model = 'azure_plan'
            and not (lower(trim(subscriptions.product_name)) = 'azure plan' or coalesce(upper(subscriptions.sku_id), '') like 'DZH318Z0BPS6%')
            as is_under_azure_plan
    from customer_subscriptions($customer_id, $as_of_on, $viewer_agent) as subscriptions
    inner join customers on customers.customer_id = subscriptions.customer_id
),

under_azure_plans as (
    select count(*) as active_count from listed where is_under_azure_plan and subscription_status = 'active'
),

order_lines as (
    select
        listed.subscription_id,
        listed.customer_id,
        listed.microsoft_tenant_id,
        listed.microsoft_subscription_id,
        listed.product_name,
        listed.commerce_model,
        listed.subscription_status,
        case
            when listed.subscription_status = 'suspended' then 'suspended'
            when listed.subscription_status <> 'active' then 'not_active'
            when listed.is_under_azure_plan then 'azure_subscription'
            when listed.commerce_model = 'azure_plan' and under_azure_plans.active_count > 0 then 'azure_subscriptions_active'
            when not coalesce(regexp_full_match(lower(listed.microsoft_tenant_id), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'), false)
                then 'no_tenant'
            when not coalesce(regexp_full_match(lower(listed.microsoft_subscription_id), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'), false)
                then 'no_microsoft_id'
        end as obstacle,
        listed.is_auto_renew,
        listed.commitment_ends_on
    from listed
    cross join under_azure_plans
    order by listed.subscription_id
)

select * from order_lines
