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

-- Bucket ends and basis decide nothing here: all buckets are added up.
open_now as (
    select customer_id, currency, sum(amount_open) as amount_net
    from open_documents($as_of_on, [30], 'due_date', null)
    where $customer_id is null or customer_id = $customer_id
    group by customer_id, currency
),

open_now_company as (
    select customer_id, currency, sum(amount_booked_company) as amount_net_company
    from open_documents_company($as_of_on, [30], 'due_date', null, $company_currency)
    where $customer_id is null or customer_id = $customer_id
    group by customer_id, currency
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
            when open_now_company.customer_id is not null then cast(greatest(0, open_now_company.amount_net_company) as decimal(38, 4))
        end as amount_at_risk_company,
        coalesce(stages_now.overdue_invoice_count, 0) as overdue_invoice_count,
        marks_now.version
    from everybody
    inner join customers on customers.customer_id = everybody.customer_id
    left join stages_now on stages_now.customer_id = everybody.customer_id and stages_now.currency = everybody.currency
    left join marks_now on marks_now.customer_id = everybody.customer_id and marks_now.currency = everybody.currency
    left join open_now on open_now.customer_id = everybody.customer_id and open_now.currency = everybody.currency
    left join open_now_company
        on open_now_company.customer_id = everybody.customer_id and open_now_company.currency = everybody.currency
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
