-- What is still to be billed for each new-commerce subscription up to the end of its commitment, seen from the end of a day.
-- Grain: one row per subscription_id.
-- Parameter seen_on date: as of the end of this day.
--
-- A table macro of the warehouse, `committed_amounts(seen_on)`: what Microsoft goes on billing whether the customer uses it or not.
--   amount_committed = amount_unit_price (per unit and billing cycle, what the customer is charged) x quantity x remaining_period_count
--   remaining_period_count = billing periods that begin after the day and not after the commitment's last day
-- Periods are counted back from the commitment's end. The period that runs on the day was billed when it began and is not in it. Once
-- the commitment is over nothing is left. A cycle or a price that is not known leaves the amount empty, never 0. Whoever reads it holds
-- the customer against the viewer.
with

committed as (
    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        coalesce(subscriptions.currency, customers.currency) as currency,
        subscriptions.commitment_ends_on,
        subscriptions.amount_unit_price,
        subscriptions.quantity,
        case regexp_replace(lower(subscriptions.billing_cycle), '[^a-z0-9]', '', 'g')
            when 'monthly' then 1
            when 'p1m' then 1
            when 'annual' then 12
            when 'yearly' then 12
            when 'p1y' then 12
            when 'triennial' then 36
            when 'p3y' then 36
            -- Billed once, when it was bought: no period is left to bill.
            when 'onetime' then 1200
            when 'upfront' then 1200
        end as cycle_months
    from subscriptions
    inner join customers on customers.customer_id = subscriptions.customer_id
    where subscriptions.commerce_model = 'new_commerce'
        and subscriptions.subscription_status in ('active', 'suspended', 'pending')
        and (subscriptions.started_on is null or subscriptions.started_on <= seen_on)
        and (subscriptions.withdrawn_on is null or subscriptions.withdrawn_on > seen_on)
),

counted as (
    select
        *,
        case when commitment_ends_on is not null then greatest(0, commitment_ends_on - seen_on) end as commitment_left_days,
        case
            when commitment_ends_on is null or cycle_months is null then null
            else len(list_filter(
                range(1, 121), lambda step: commitment_ends_on + 1 - to_months(cast(step * cycle_months as integer)) > seen_on
            ))
        end as remaining_period_count
    from committed
)

select
    subscription_id,
    customer_id,
    currency,
    commitment_ends_on,
    amount_unit_price,
    cast(amount_unit_price * quantity * remaining_period_count as decimal(38, 4)) as amount_committed,
    commitment_left_days,
    quantity,
    remaining_period_count
from counted
