-- Ageing of receivables by customer, sales agent, segment, country, currency or product.
-- Grain: one row per dimension_value, currency, bucket.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter dimension text = customer (customer, sales_agent, segment, country, currency, product): by what the documents are grouped.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter row_limit integer = null: groups (value and currency) of one page; all when left out.
-- Parameter row_offset integer = 0: groups before the page.
--
-- An empty dimension_value is a group of its own: no agent, segment or country is given, or the invoice is about no single product that
-- is known. Money not applied has no product. The groups with the most overdue come first, as in receivables/control_totals_by.
with

buckets as (
    select bucket_order, bucket from bucket_ranges($bucket_edges)
    union all
    select 1000000, 'unapplied'
),

-- A product is what only the documents know; all other groups are added up from narrow rows, a customer's first.
amounts as (
    select
        name_order,
        currency,
        case
            when aged_from_on is null then 1000000
            else bucket_number($as_of_on - case when $basis = 'due_date' then aged_from_on else issued_on end, $bucket_edges)
        end as bucket_order,
        aged_from_on is not null as is_item,
        coalesce(aged_from_on < $as_of_on, false) as is_overdue,
        count(*) as item_count,
        sum(amount_open) as amount_open
    from amounts_on($as_of_on, $viewer_agent, $currency)
    where $dimension <> 'product'
    group by all
),

documents as (
    select
        case $dimension
            when 'customer' then customers.customer_id
            when 'sales_agent' then customers.sales_agent
            when 'segment' then customers.segment
            when 'country' then customers.country_code
            when 'currency' then amounts.currency
        end as dimension_value,
        case $dimension
            when 'customer' then customers.customer_name
            when 'sales_agent' then customers.sales_agent
            when 'segment' then customers.segment
            when 'country' then customers.country_code
            when 'currency' then amounts.currency
        end as dimension_name,
        amounts.currency,
        amounts.bucket_order,
        amounts.is_item,
        amounts.is_overdue,
        amounts.item_count,
        amounts.amount_open
    from amounts
    inner join customer_order on customer_order.name_order = amounts.name_order
    inner join customers on customers.customer_id = customer_order.customer_id
    union all
    select dimension_value, dimension_value, currency, bucket_order, invoice_id is not null, is_overdue, 1, amount_open
    from open_documents($as_of_on, $bucket_edges, $basis, $dimension)
    where $dimension = 'product'
        and ($viewer_agent is null or sales_agent = $viewer_agent)
        and ($currency is null or currency = $currency)
),

cells as (
    select
        dimension_value,
        dimension_name,
        currency,
        bucket_order,
        is_item,
        cast(sum(item_count) as bigint) as item_count,
        coalesce(sum(amount_open) filter (where is_overdue), 0) as amount_overdue,
        sum(amount_open) as amount_outstanding
    from documents
    group by dimension_value, dimension_name, currency, bucket_order, is_item
),

groups as (
    select
        dimension_value,
        dimension_name,
        currency,
        row_number() over (
            order by
                sum(amount_overdue) desc,
                coalesce(sum(amount_outstanding) filter (where is_item), 0) desc,
                dimension_name nulls last,
                dimension_value nulls last,
                currency
        ) as group_number
    from cells
    group by dimension_value, dimension_name, currency
),

ageing_by as (
    select
        groups.dimension_value,
        groups.dimension_name,
        groups.currency,
        buckets.bucket,
        cast(cells.amount_outstanding as decimal(38, 4)) as amount_outstanding,
        cells.item_count
    from groups
    inner join cells
        on cells.dimension_value is not distinct from groups.dimension_value
        and cells.currency = groups.currency
    inner join buckets on buckets.bucket_order = cells.bucket_order
    where groups.group_number > $row_offset
        and ($row_limit is null or groups.group_number <= $row_offset + $row_limit)
    order by groups.group_number, cells.bucket_order
)

select * from ageing_by
