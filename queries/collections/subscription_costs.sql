-- Subscriptions of one customer, each with what suspending it costs and until when it could be undone.
-- Grain: one row per subscription_id.
-- Permission: view_flags
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
--
-- suspension_effect_type: `billing_continues` (new commerce: Microsoft bills on to the commitment's end, auto-renew goes off, scheduled
-- changes are dropped and come back with nothing), `billing_stops` (legacy: no more bills, deleted after 90 days suspended),
-- `azure_first` (Azure plan: its Azure subscriptions are suspended first; use stops being billed as it ends), `nothing_to_suspend` (not active).
-- `is_exportable`: Microsoft's id of it is known. Amounts are at what the customer is charged, not at Microsoft's cost;
-- amount_committed is that of `committed_amounts`, amount_committed_total the sum of those whose billing continues, over the customer,
-- in the row's currency. One suspended today can be given back until recoverable_until_on: the commitment's last day, or the 90th day
-- of a legacy subscription. left_to_cancel_days: until the window's last day, 0 on it; empty once it has closed, and for what has ended.
with

own_subscriptions as (
    select
        subscriptions.subscription_id,
        subscriptions.product_name,
        subscriptions.commerce_model,
        subscriptions.subscription_status,
        subscriptions.billing_cycle,
        subscriptions.term_duration,
        case
            when subscriptions.subscription_status <> 'active' then 'nothing_to_suspend'
            when subscriptions.commerce_model = 'new_commerce' then 'billing_continues'
            when subscriptions.commerce_model = 'legacy' then 'billing_stops'
            else 'azure_first'
        end as suspension_effect_type,
        subscriptions.currency,
        subscriptions.microsoft_subscription_id is not null as is_exportable,
        subscriptions.is_auto_renew,
        subscriptions.commitment_ends_on,
        subscriptions.cancellable_until_on,
        subscriptions.amount_unit_price,
        subscriptions.quantity
    from customer_subscriptions($customer_id, $as_of_on, $viewer_agent) as subscriptions
),

subscription_costs as (
    select
        own_subscriptions.subscription_id,
        own_subscriptions.product_name,
        own_subscriptions.commerce_model,
        own_subscriptions.subscription_status,
        own_subscriptions.billing_cycle,
        own_subscriptions.term_duration,
        own_subscriptions.suspension_effect_type,
        own_subscriptions.currency,
        own_subscriptions.is_exportable,
        own_subscriptions.is_auto_renew,
        own_subscriptions.commitment_ends_on,
        own_subscriptions.cancellable_until_on,
        case own_subscriptions.suspension_effect_type
            when 'billing_continues' then own_subscriptions.commitment_ends_on
            when 'billing_stops' then $as_of_on + 90
        end as recoverable_until_on,
        own_subscriptions.amount_unit_price,
        committed.amount_committed,
        cast(sum(committed.amount_committed) filter (own_subscriptions.suspension_effect_type = 'billing_continues')
            over (partition by own_subscriptions.currency) as decimal(38, 4)) as amount_committed_total,
        case
            when own_subscriptions.subscription_status in ('active', 'suspended') and own_subscriptions.cancellable_until_on >= $as_of_on
                then own_subscriptions.cancellable_until_on - $as_of_on
        end as left_to_cancel_days,
        case
            when own_subscriptions.commitment_ends_on >= $as_of_on then own_subscriptions.commitment_ends_on - $as_of_on
        end as commitment_left_days,
        own_subscriptions.quantity,
        committed.remaining_period_count
    from own_subscriptions
    left join committed_amounts($as_of_on) as committed on committed.subscription_id = own_subscriptions.subscription_id
    order by
        own_subscriptions.suspension_effect_type = 'nothing_to_suspend',
        committed.amount_committed desc nulls last,
        own_subscriptions.product_name,
        own_subscriptions.subscription_id
)

select * from subscription_costs
