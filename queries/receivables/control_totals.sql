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
    from control_sides($as_of_on) as sides
    inner join customers on customers.customer_id = sides.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or sides.currency = $currency)
    order by customers.customer_name, customers.customer_id, 3
)

select * from control_totals
