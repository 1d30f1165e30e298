-- Control totals by customer, sales agent, segment, country, currency or product: what the documents say, beside what the buckets add up to.
-- Grain: one row per dimension_value, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter dimension text = customer (customer, sales_agent, segment, country, currency, product): by what the documents are grouped.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- The groups are those of receivables/ageing_by, in the same order. amount_control is computed from the documents alone: invoices less
-- payments, credit notes and write-offs of the group; what is applied from a document of another group, customer or currency is moved.
-- row_count and wrong_count, those that differ, are of all groups, whatever the page.
with

own_customers as (
    select
        customers.customer_id,
        customer_order.name_order,
        case when $dimension = 'customer' then customers.customer_name end as customer_name,
        case $dimension
            when 'customer' then customers.customer_id
            when 'sales_agent' then customers.sales_agent
            when 'segment' then customers.segment
            when 'country' then customers.country_code
        end as customer_value
    from customers
    inner join customer_order on customer_order.customer_id = customers.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
),

---------- groups of customers, or the documents' currency: added up from what each customer has

customer_groups as (
    select
        case when $dimension = 'currency' then sides.currency else own_customers.customer_value end as dimension_value,
        sides.currency,
        sum(sides.amount_overdue) as amount_overdue,
        sum(sides.amount_outstanding) as amount_outstanding,
        sum(sides.amount_unapplied) as amount_unapplied,
        sum(sides.amount_control) as amount_control,
        sum(sides.open_count) > 0 as is_in_buckets,
        cast(sum(sides.item_count) as bigint) as item_count,
        count(*) filter (where sides.open_count > 0) as customer_count
    from control_sides($as_of_on, $currency) as sides
    inner join own_customers on own_customers.name_order = sides.name_order
    where $dimension <> 'product'
    group by all
),

---------- products: only the documents know them

-- Every invoice and every source with its group; of customers out of view there is none.
grouped_invoices as (
    select
        invoices.invoice_id,
        invoices.customer_id,
        invoices.currency,
        invoices.is_counted,
        invoices.issued_on,
        invoices.counts_until_on,
        invoices.amount_total,
        products.product_name as dimension_value
    from invoices
    inner join own_customers on own_customers.customer_id = invoices.customer_id
    left join invoice_products(case when $dimension = 'product' then 'yes' end) as products
        on products.invoice_id = invoices.invoice_id
    where $dimension = 'product'
),

grouped_sources as (
    select sources.*, cast(null as text) as dimension_value
    from sources
    inner join own_customers on own_customers.customer_id = sources.customer_id
    where $dimension = 'product'
),

bucket_side as (
    select
        grouped_invoices.dimension_value,
        open_items.customer_id,
        open_items.currency,
        open_items.aged_from_on < $as_of_on as is_overdue,
        true as is_item,
        open_items.amount_outstanding as amount_open
    from open_items
    inner join grouped_invoices on grouped_invoices.invoice_id = open_items.invoice_id
    where open_items.open_from_on <= $as_of_on and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
    union all
    select
        grouped_sources.dimension_value,
        unapplied.customer_id,
        unapplied.currency,
        false,
        false,
        unapplied.amount_unapplied
    from unapplied
    inner join grouped_sources
        on grouped_sources.source_type = unapplied.source_type
        and grouped_sources.source_id = unapplied.source_id
    where unapplied.open_from_on <= $as_of_on and (unapplied.open_until_on is null or unapplied.open_until_on > $as_of_on)
),

bucket_totals as (
    select
        dimension_value,
        currency,
        count(distinct customer_id) as customer_count,
        count(*) filter (where is_item) as item_count,
        coalesce(sum(amount_open) filter (where is_overdue), 0) as amount_overdue,
        coalesce(sum(amount_open) filter (where is_item), 0) as amount_outstanding,
        coalesce(sum(amount_open) filter (where not is_item), 0) as amount_unapplied
    from bucket_side
    group by dimension_value, currency
),

in_force as (
    select
        allocations_in_force.source_type,
        allocations_in_force.amount_applied,
        allocations_in_force.amount_from_source,
        invoices.invoice_id,
        sources.source_id,
        invoices.customer_id <> sources.customer_id
            or invoices.currency <> sources.currency
            or products.product_name is not null as is_moved
    from allocations_in_force
    inner join invoices on invoices.invoice_id = allocations_in_force.invoice_id
    left join sources
        on sources.source_type = allocations_in_force.source_type
        and sources.source_id = allocations_in_force.source_id
    left join invoice_products(case when $dimension = 'product' then 'yes' end) as products
        on products.invoice_id = allocations_in_force.invoice_id
    where $dimension = 'product'
        and allocations_in_force.in_force_from_on <= $as_of_on
        and (allocations_in_force.in_force_until_on is null or allocations_in_force.in_force_until_on > $as_of_on)
),

movements as (
    select dimension_value, currency, amount_total as amount_moved
    from grouped_invoices
    where is_counted and issued_on <= $as_of_on and (counts_until_on is null or counts_until_on > $as_of_on)
    union all
    select dimension_value, currency, -amount_total
    from grouped_sources
    where is_counted and counts_from_on <= $as_of_on and (counts_until_on is null or counts_until_on > $as_of_on)
    union all
    -- Write-offs, and what comes from another group, customer or currency: off the invoice's side...
    select grouped_invoices.dimension_value, grouped_invoices.currency, -in_force.amount_applied
    from in_force
    inner join grouped_invoices on grouped_invoices.invoice_id = in_force.invoice_id
    where in_force.source_type = 'write_off' or in_force.is_moved
    union all
    -- ...and back onto the source's.
    select grouped_sources.dimension_value, grouped_sources.currency, in_force.amount_from_source
    from in_force
    inner join grouped_sources
        on grouped_sources.source_type = in_force.source_type
        and grouped_sources.source_id = in_force.source_id
    where in_force.is_moved
    union all
    -- What the accounting system says is settled, beyond the allocations known here.
    select grouped_invoices.dimension_value, grouped_invoices.currency, -settlements_stated.amount_settled
    from settlements_stated
    inner join grouped_invoices on grouped_invoices.invoice_id = settlements_stated.invoice_id
    where settlements_stated.settled_from_on <= $as_of_on
        and (settlements_stated.settled_until_on is null or settlements_stated.settled_until_on > $as_of_on)
),

document_totals as (
    select dimension_value, currency, sum(amount_moved) as amount_control
    from movements
    group by dimension_value, currency
),

product_groups as (
    select
        coalesce(bucket_totals.dimension_value, document_totals.dimension_value) as dimension_value,
        coalesce(bucket_totals.currency, document_totals.currency) as currency,
        coalesce(bucket_totals.amount_overdue, 0) as amount_overdue,
        coalesce(bucket_totals.amount_outstanding, 0) as amount_outstanding,
        coalesce(bucket_totals.amount_unapplied, 0) as amount_unapplied,
        coalesce(document_totals.amount_control, 0) as amount_control,
        bucket_totals.currency is not null as is_in_buckets,
        coalesce(bucket_totals.item_count, 0) as item_count,
        coalesce(bucket_totals.customer_count, 0) as customer_count
    from bucket_totals
    full join document_totals
        on document_totals.dimension_value is not distinct from bucket_totals.dimension_value
        and document_totals.currency = bucket_totals.currency
),

-- A group of which nothing is open, and of which the documents say so too, is not worth a row.
compared as (
    select *
    from (
        select * from customer_groups
        union all
        select * from product_groups
    ) as every_group
    where is_in_buckets or amount_control <> 0
),

control_totals_by as (
    select
        compared.dimension_value,
        coalesce(own_customers.customer_name, compared.dimension_value) as dimension_name,
        compared.currency,
        cast(compared.amount_overdue as decimal(38, 4)) as amount_overdue,
        cast(compared.amount_outstanding as decimal(38, 4)) as amount_outstanding,
        cast(compared.amount_unapplied as decimal(38, 4)) as amount_unapplied,
        cast(compared.amount_outstanding + compared.amount_unapplied as decimal(38, 4)) as amount_net,
        cast(compared.amount_control as decimal(38, 4)) as amount_control,
        cast(compared.amount_outstanding + compared.amount_unapplied - compared.amount_control as decimal(38, 4))
            as amount_difference,
        compared.item_count,
        compared.customer_count,
        count(*) over () as row_count,
        count(*) filter (where compared.amount_outstanding + compared.amount_unapplied <> compared.amount_control) over () as wrong_count
    from compared
    left join own_customers on $dimension = 'customer' and own_customers.customer_id = compared.dimension_value
    where $currency is null or compared.currency = $currency
    order by
        compared.is_in_buckets desc,
        compared.amount_overdue desc,
        compared.amount_outstanding desc,
        coalesce(own_customers.customer_name, compared.dimension_value) nulls last,
        compared.dimension_value nulls last,
        compared.currency
    limit $row_limit offset $row_offset
)

select * from control_totals_by
