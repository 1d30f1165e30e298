-- Control totals: what the documents say is owed, beside what the buckets and the unapplied money add up to.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
with

control_totals as (
    select
        customers.customer_id,
        customers.customer_name,
        sides.currency,
        sides.amount_outstanding,
        sides.amount_unapplied,
        sides.amount_control,
        sides.amount_difference
    from control_sides($as_of_on, $currency) as sides
    inner join customer_order on customer_order.name_order = sides.name_order
    inner join customers on customers.customer_id = customer_order.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    order by sides.name_order, 3
)

select * from control_totals
