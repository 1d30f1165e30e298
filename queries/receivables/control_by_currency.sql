-- Control totals added up over the customers in view: what the documents say is owed, beside what the buckets and the unapplied money are.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
--
-- wrong_count: the customers whose buckets differ from their control total, as differences could cancel out in the sum.
with

control_by_currency as (
    select
        sides.currency,
        sum(sides.amount_outstanding) as amount_outstanding,
        sum(sides.amount_unapplied) as amount_unapplied,
        sum(sides.amount_control) as amount_control,
        sum(sides.amount_difference) as amount_difference,
        count(*) filter (where sides.amount_difference <> 0) as wrong_count
    from control_sides($as_of_on, $currency) as sides
    inner join customer_order on customer_order.name_order = sides.name_order
    inner join customers on customers.customer_id = customer_order.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    group by sides.currency
    order by sides.currency
)

select * from control_by_currency
