-- Control totals: what the documents say is owed, beside what the buckets and the unapplied money add up to.
-- Grain: one row per customer_id, currency.
-- Parameter seen_on date: as of the end of this day.
--
-- A table macro of the warehouse, `control_sides(seen_on)`: of everybody, whoever looks; receivables/control_totals lists its rows and
-- receivables/control_by_currency adds them up. amount_control is computed from the documents alone: invoices less payments, credit
-- notes and write-offs; what is applied across customers or currencies is moved from one to the other.
with

bucket_side as (
    select
        name_order,
        currency,
        sum(amount_open) filter (where aged_from_on is not null) as amount_outstanding,
        sum(amount_open) filter (where aged_from_on is null) as amount_unapplied
    from amounts_on(seen_on, null, null)
    group by name_order, currency
),

bucket_totals as (
    select customer_order.customer_id, bucket_side.currency, bucket_side.amount_outstanding, bucket_side.amount_unapplied
    from bucket_side
    inner join customer_order on customer_order.name_order = bucket_side.name_order
),

-- What is applied within one customer and currency moves nothing; of the rest both sides are looked up.
in_force as (
    select
        allocations_in_force.source_type,
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
        and allocations_in_force.in_force_from_on <= seen_on
        and (allocations_in_force.in_force_until_on is null or allocations_in_force.in_force_until_on > seen_on)
),

movements as (
    select customer_id, currency, amount_total as amount_moved
    from invoices
    where is_counted and issued_on <= seen_on and (counts_until_on is null or counts_until_on > seen_on)
    union all
    select customer_id, currency, -amount_total
    from sources
    where is_counted and counts_from_on <= seen_on and (counts_until_on is null or counts_until_on > seen_on)
    union all
    select customer_id, currency, -amount_applied
    from in_force
    where source_type = 'write_off'
    union all
    -- Across customers or currencies: off the invoice's side, back onto the source's.
    select customer_id, currency, -amount_applied
    from in_force
    where source_type <> 'write_off' and (source_customer_id <> customer_id or source_currency <> currency)
    union all
    select source_customer_id, source_currency, amount_from_source
    from in_force
    where source_type <> 'write_off' and (source_customer_id <> customer_id or source_currency <> currency)
    union all
    -- What the accounting system says is settled, beyond the allocations known here.
    select invoices.customer_id, invoices.currency, -settlements_stated.amount_settled
    from settlements_stated
    inner join invoices on invoices.invoice_id = settlements_stated.invoice_id
    where settlements_stated.settled_from_on <= seen_on
        and (settlements_stated.settled_until_on is null or settlements_stated.settled_until_on > seen_on)
),

document_totals as (
    select customer_id, currency, sum(amount_moved) as amount_control
    from movements
    group by customer_id, currency
),

control_sides as (
    select
        coalesce(document_totals.customer_id, bucket_totals.customer_id) as customer_id,
        coalesce(document_totals.currency, bucket_totals.currency) as currency,
        coalesce(bucket_totals.amount_outstanding, 0) as amount_outstanding,
        coalesce(bucket_totals.amount_unapplied, 0) as amount_unapplied,
        coalesce(document_totals.amount_control, 0) as amount_control,
        coalesce(bucket_totals.amount_outstanding, 0) + coalesce(bucket_totals.amount_unapplied, 0)
            - coalesce(document_totals.amount_control, 0) as amount_difference
    from document_totals
    full join bucket_totals
        on bucket_totals.customer_id = document_totals.customer_id
        and bucket_totals.currency = document_totals.currency
)

select * from control_sides
