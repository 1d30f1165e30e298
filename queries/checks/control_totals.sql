-- Buckets and unapplied money add up to the control total of the documents, on every day
-- Grain: one row per customer_id, currency, moved_on.
-- Level: fail
with

bucket_side as (
    select customer_id, currency, open_from_on as moved_on, amount_outstanding as amount_moved from open_items
    union all
    select customer_id, currency, open_until_on, -amount_outstanding from open_items where open_until_on is not null
    union all
    select customer_id, currency, open_from_on, amount_unapplied from unapplied
    union all
    select customer_id, currency, open_until_on, -amount_unapplied from unapplied where open_until_on is not null
),

-- What is plain moves within one customer and currency: nothing between two of them.
in_force as (
    select
        allocations_in_force.source_type,
        allocations_in_force.in_force_from_on,
        allocations_in_force.in_force_until_on,
        allocations_in_force.amount_applied,
        allocations_in_force.amount_from_source,
        invoices.customer_id,
        invoices.currency,
        sources.customer_id as source_customer_id,
        sources.currency as source_currency
    from allocations_in_force
    inner join invoices on invoices.invoice_id = allocations_in_force.invoice_id
    left join sources
        on sources.source_type = allocations_in_force.source_type
        and sources.source_id = allocations_in_force.source_id
    where not allocations_in_force.is_plain
),

stated as (
    select
        invoices.customer_id,
        invoices.currency,
        settlements_stated.settled_from_on,
        settlements_stated.settled_until_on,
        settlements_stated.amount_settled
    from settlements_stated
    inner join invoices on invoices.invoice_id = settlements_stated.invoice_id
),

moved as (
    select customer_id, currency, in_force_from_on, in_force_until_on, -amount_applied as amount_moved
    from in_force
    where source_type = 'write_off' or source_customer_id <> customer_id or source_currency <> currency
    union all
    select source_customer_id, source_currency, in_force_from_on, in_force_until_on, amount_from_source
    from in_force
    where source_type <> 'write_off' and (source_customer_id <> customer_id or source_currency <> currency)
),

document_side as (
    select customer_id, currency, issued_on as moved_on, amount_total as amount_moved from invoices where is_counted
    union all
    select customer_id, currency, counts_until_on, -amount_total from invoices where is_counted and counts_until_on is not null
    union all
    select customer_id, currency, counts_from_on, -amount_total from sources where is_counted
    union all
    select customer_id, currency, counts_until_on, amount_total from sources where is_counted and counts_until_on is not null
    union all
    select customer_id, currency, in_force_from_on, amount_moved from moved
    union all
    select customer_id, currency, in_force_until_on, -amount_moved from moved where in_force_until_on is not null
    union all
    select customer_id, currency, settled_from_on, -amount_settled from stated
    union all
    select customer_id, currency, settled_until_on, amount_settled from stated where settled_until_on is not null
),

both_sides as (
    select customer_id, currency, moved_on, amount_moved from bucket_side
    union all
    select customer_id, currency, moved_on, -amount_moved from document_side
),

control_totals as (
    select customer_id, currency, moved_on, sum(amount_moved) as amount_difference
    from both_sides
    group by customer_id, currency, moved_on
    having sum(amount_moved) <> 0
    order by customer_id, currency, moved_on
)

select * from control_totals
