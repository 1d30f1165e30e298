-- Subscriptions of flagged or held customers that can still be cancelled instead, and what is committed if they are not.
-- Grain: one row per subscription_id.
-- Permission: view_flags
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Tables: stages_now
--
-- Of customers whom collections/stages flags or holds back in any currency: active subscriptions whose window is open on the day. Left to
-- cancel: days until the last one, 0 on the last one itself. A subscription that is not cancelled is billed on to commitment_ends_on
-- whether it is used or not: amount_committed (macro committed_amounts), in the row's currency; empty where price or billing cycle
-- is not known, and for what commits to nothing.
with

concerned as (
    select customer_id, bool_or(is_flagged) as is_flagged
    from stages_now
    where is_flagged or hold_reasons <> ''
    group by customer_id
),

open_windows as (
    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        customers.customer_name,
        coalesce(subscriptions.currency, customers.currency) as currency,
        subscriptions.product_name,
        subscriptions.commerce_model,
        subscriptions.billing_cycle,
        subscriptions.term_duration,
        concerned.is_flagged,
        subscriptions.cancellable_until_on,
        subscriptions.commitment_ends_on,
        committed.amount_committed,
        subscriptions.cancellable_until_on - $as_of_on as left_to_cancel_days,
        subscriptions.quantity,
        committed.remaining_period_count
    from subscriptions
    inner join customers on customers.customer_id = subscriptions.customer_id
    inner join concerned on concerned.customer_id = subscriptions.customer_id
    left join committed_amounts($as_of_on) as committed on committed.subscription_id = subscriptions.subscription_id
    where subscriptions.subscription_status = 'active'
        and subscriptions.cancellable_until_on >= $as_of_on
        and (subscriptions.started_on is null or subscriptions.started_on <= $as_of_on)
        and (subscriptions.withdrawn_on is null or subscriptions.withdrawn_on > $as_of_on)
        and ($customer_id is null or subscriptions.customer_id = $customer_id)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by subscriptions.cancellable_until_on, committed.amount_committed desc nulls last, subscriptions.subscription_id
)

select * from open_windows
