-- The policy's view of each customer beside what people have decided, by the money at risk: flags, holds and suspension marks.
-- Grain: one row per customer_id, currency.
-- Permission: view_flags
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Tables: stages_now, marks_now
--
-- Money at risk is everything open in the currency, overdue or not, less what the customer has on account in it, never below 0. The order
-- is by it in company currency (each document at its booked rate), because two currencies have no order; what has no rate comes last.
-- A mark stays in the list when its customer has paid everything since: somebody has to act on it.
with

everybody as (
    select customer_id, currency from stages_now
    union
    select customer_id, currency from marks_now
),

company as (
    select minor_units from currencies where currency = $company_currency
),

amounts_now as (
    select customer_order.customer_id, amounts.currency, amounts.exchange_rate, amounts.amount_open
    from amounts_on($as_of_on, $viewer_agent, null) as amounts
    inner join customer_order on customer_order.name_order = amounts.name_order
    where $customer_id is null
    union all
    select customer_id, currency, exchange_rate, amount_outstanding
    from open_items
    where customer_id = $customer_id and open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
    union all
    select customer_id, currency, exchange_rate, amount_unapplied
    from unapplied
    where customer_id = $customer_id and open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
),

open_now as (
    select
        amounts_now.customer_id,
        amounts_now.currency,
        sum(amounts_now.amount_open) as amount_net,
        sum(in_minor_units_at(amounts_now.amount_open, amounts_now.exchange_rate, company.minor_units)) as amount_net_company
    from amounts_now
    cross join company
    group by amounts_now.customer_id, amounts_now.currency
),

worklist as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        everybody.currency,
        coalesce(stages_now.stage, 'clear') as stage,
        coalesce(stages_now.hold_reasons, '') as hold_reasons,
        marks_now.mark_id,
        marks_now.mark_status,
        marks_now.marked_by,
        marks_now.reason as mark_reason,
        coalesce(stages_now.is_flagged, false) as is_flagged,
        marks_now.marked_at,
        stages_now.overdue_days,
        coalesce(stages_now.amount_overdue, 0) as amount_overdue,
        coalesce(stages_now.amount_unapplied, 0) as amount_unapplied,
        cast(greatest(0, coalesce(open_now.amount_net, 0)) as decimal(38, 4)) as amount_at_risk,
        case
            when open_now.customer_id is null then cast(0 as decimal(38, 4))
            when open_now.amount_net_company is not null then cast(greatest(0, open_now.amount_net_company) as decimal(38, 4))
        end as amount_at_risk_company,
        coalesce(stages_now.overdue_invoice_count, 0) as overdue_invoice_count,
        marks_now.version
    from everybody
    inner join customers on customers.customer_id = everybody.customer_id
    left join stages_now on stages_now.customer_id = everybody.customer_id and stages_now.currency = everybody.currency
    left join marks_now on marks_now.customer_id = everybody.customer_id and marks_now.currency = everybody.currency
    left join open_now on open_now.customer_id = everybody.customer_id and open_now.currency = everybody.currency
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or customers.customer_id = $customer_id)
    order by
        is_flagged desc,
        amount_at_risk_company desc nulls last,
        amount_at_risk desc,
        customers.customer_name,
        customers.customer_id,
        everybody.currency
)

select * from worklist
