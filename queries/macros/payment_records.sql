-- How invoices were paid in a period: those settled in it, and those overdue at its end.
-- Grain: one row per invoice_id.
-- Parameter first_on date: first day of the period.
-- Parameter last_on date: last day of the period; known is what was known at its end.
-- Parameter wanted_customer text: one customer; null: all customers.
--
-- A table macro of the warehouse, `payment_records(first_on, last_on, wanted_customer)`. A customer who stops paying must not look punctual: what is
-- overdue at the end stands beside what was settled, late by its days so far, so at least so late. An invoice in instalments is late
-- when its last one is, while open by its oldest one overdue: who pays them as agreed is on time.
-- is_judged: says how the customer pays. What credit notes alone settled says nothing; what was written off was never paid, and
-- is late up to the day it was written off. The two weights make weighted days late over all rows, judged or not, as the key figure
-- has it: what was settled with its whole amount, of the rest each overdue item with what is open on it.
with

settlements as (
    select * from invoice_settlements(last_on, wanted_customer)
),

overdue_items as (
    select
        customer_id,
        invoice_id,
        sum(amount_outstanding) as amount_overdue,
        sum(amount_outstanding * (last_on - aged_from_on)) as amount_overdue_by_day
    from open_items
    where open_from_on <= last_on and (open_until_on is null or open_until_on > last_on) and aged_from_on < last_on
        and (wanted_customer is null or customer_id = wanted_customer)
    group by customer_id, invoice_id
),

written_off as (
    select distinct invoice_id
    from allocations_in_force
    where source_type = 'write_off'
        and in_force_from_on <= last_on
        and (in_force_until_on is null or in_force_until_on > last_on)
        and (wanted_customer is null or customer_id = wanted_customer)
),

placed as (
    select
        settlements.* exclude (days_late),
        settlements.settled_on is not null as is_settled,
        -- Instalments paid as agreed are not late, whatever due day the invoice has beside them.
        case
            when settlements.settled_on is null then settlements.days_late
            else settlements.settled_on - coalesce(settlements.last_due_on, settlements.issued_on)
        end as late_days,
        case
            when settlements.settled_on is null then true
            else settlements.has_payment or written_off.invoice_id is not null
        end as is_judged,
        case when settlements.settled_on is null then coalesce(overdue_items.amount_overdue, 0) else settlements.amount_total end
            as amount_weight,
        case
            when settlements.settled_on is null then coalesce(overdue_items.amount_overdue_by_day, 0)
            else settlements.amount_total * (settlements.settled_on - coalesce(settlements.last_due_on, settlements.issued_on))
        end as amount_weight_by_day
    from settlements
    left join overdue_items
        on overdue_items.customer_id = settlements.customer_id and overdue_items.invoice_id = settlements.invoice_id
    left join written_off on written_off.invoice_id = settlements.invoice_id
    where settlements.settled_on between first_on and last_on
        or (settlements.settled_on is null and overdue_items.invoice_id is not null)
)

select
    customer_id,
    currency,
    invoice_id,
    is_judged,
    is_settled,
    is_settled and late_days <= 0 as is_on_time,
    issued_on,
    last_due_on as due_on,
    settled_on,
    late_days,
    case when is_settled and has_payment then pay_days end as pay_days,
    amount_total,
    amount_outstanding,
    amount_weight,
    amount_weight_by_day
from placed
