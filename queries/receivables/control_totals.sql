-- Control totals: what the documents say is owed, beside what the buckets and the unapplied money add up to.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
with

bucket_side as (
    select customer_id, currency, amount_outstanding, cast(0 as decimal(18, 4)) as amount_unapplied
    from open_items
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
    union all
    select customer_id, currency, 0, amount_unapplied
    from unapplied
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
),

bucket_totals as (
    select
        customer_id,
        currency,
        sum(amount_outstanding) as amount_outstanding,
        sum(amount_unapplied) as amount_unapplied
    from bucket_side
    group by customer_id, currency
),

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
    where allocations_in_force.in_force_from_on <= $as_of_on
        and (allocations_in_force.in_force_until_on is null or allocations_in_force.in_force_until_on > $as_of_on)
),

movements as (
    select customer_id, currency, amount_total as amount_moved
    from invoices
    where is_counted and issued_on <= $as_of_on and (counts_until_on is null or counts_until_on > $as_of_on)
    union all
    select customer_id, currency, -amount_total
    from sources
    where is_counted and counts_from_on <= $as_of_on and (counts_until_on is null or counts_until_on > $as_of_on)
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
    where settlements_stated.settled_from_on <= $as_of_on
        and (settlements_stated.settled_until_on is null or settlements_stated.settled_until_on > $as_of_on)
),

document_totals as (
    select customer_id, currency, sum(amount_moved) as amount_control
    from movements
    group by customer_id, currency
),

control_totals as (
    select
        customers.customer_id,
        customers.customer_name,
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
    inner join customers on customers.customer_id = coalesce(document_totals.customer_id, bucket_totals.customer_id)
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or coalesce(document_totals.currency, bucket_totals.currency) = $currency)
    order by customers.customer_name, customers.customer_id, 3
)

select * from control_totals
