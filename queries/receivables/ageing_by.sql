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

documents as (
    select
        *,
        invoice_id is not null as is_item,
        case when $dimension = 'customer' then customer_name else dimension_value end as dimension_name
    from open_documents($as_of_on, $bucket_edges, $basis, $dimension)
    where ($viewer_agent is null or sales_agent = $viewer_agent)
        and ($currency is null or currency = $currency)
),

groups as (
    select
        dimension_value,
        dimension_name,
        currency,
        row_number() over (
            order by
                coalesce(sum(amount_open) filter (where is_overdue), 0) desc,
                coalesce(sum(amount_open) filter (where is_item), 0) desc,
                dimension_name nulls last,
                dimension_value nulls last,
                currency
        ) as group_number
    from documents
    group by dimension_value, dimension_name, currency
),

cells as (
    select dimension_value, currency, bucket, bucket_order, count(*) as item_count, sum(amount_open) as amount_outstanding
    from documents
    group by dimension_value, currency, bucket, bucket_order
),

ageing_by as (
    select
        groups.dimension_value,
        groups.dimension_name,
        groups.currency,
        cells.bucket,
        cast(cells.amount_outstanding as decimal(38, 4)) as amount_outstanding,
        cells.item_count
    from groups
    inner join cells
        on cells.dimension_value is not distinct from groups.dimension_value
        and cells.currency = groups.currency
    where groups.group_number > $row_offset
        and ($row_limit is null or groups.group_number <= $row_offset + $row_limit)
    order by groups.group_number, cells.bucket_order
)

select * from ageing_by
