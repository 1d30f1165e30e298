-- Ageing of receivables in company currency by customer, sales agent, segment, country, currency or product, with revaluation apart.
-- Grain: one row per dimension_value, bucket.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter dimension text = customer (customer, sales_agent, segment, country, currency, product): by what the documents are grouped.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter row_limit integer = null: groups of one page; all when left out.
-- Parameter row_offset integer = 0: groups before the page.
--
-- Booked rates in the buckets; the change to the last rates of the day is the bucket revaluation. By currency, dimension_value is the
-- documents' own and the amounts are the company's all the same. The columns of a group stand on each of its rows: what is overdue, open
-- and unapplied of it at booked rates; row_count is the number of groups.
with

documents as (
    select
        *,
        invoice_id is not null as is_item,
        case when $dimension = 'customer' then customer_name else dimension_value end as dimension_name
    from open_documents_company($as_of_on, $bucket_edges, $basis, $dimension, $company_currency)
    where $viewer_agent is null or sales_agent = $viewer_agent
),

totals as (
    select
        dimension_value,
        dimension_name,
        coalesce(sum(amount_booked_company) filter (where is_overdue), 0) as amount_overdue,
        coalesce(sum(amount_booked_company) filter (where is_item), 0) as amount_open,
        coalesce(sum(amount_booked_company) filter (where not is_item), 0) as amount_unapplied,
        sum(amount_today_company) as amount_net,
        count(*) filter (where is_item) as open_item_count,
        count(distinct customer_id) as customer_count
    from documents
    group by dimension_value, dimension_name
),

groups as (
    select
        *,
        row_number() over (
            order by amount_overdue desc, amount_open desc, dimension_name nulls last, dimension_value nulls last
        ) as group_number,
        count(*) over () as row_count
    from totals
),

cells as (
    select dimension_value, bucket, bucket_order, count(*) as item_count, sum(amount_booked_company) as amount_outstanding
    from documents
    group by dimension_value, bucket, bucket_order
    union all
    select dimension_value, 'revaluation', 1000001, count(*), sum(amount_today_company - amount_booked_company)
    from documents
    where amount_today_company <> amount_booked_company
    group by dimension_value
),

ageing_by_company as (
    select
        groups.dimension_value,
        groups.dimension_name,
        $company_currency as currency,
        cells.bucket,
        cast(cells.amount_outstanding as decimal(38, 4)) as amount_outstanding,
        cast(groups.amount_overdue as decimal(38, 4)) as amount_overdue,
        cast(groups.amount_open as decimal(38, 4)) as amount_open,
        cast(groups.amount_unapplied as decimal(38, 4)) as amount_unapplied,
        cast(groups.amount_net as decimal(38, 4)) as amount_net,
        cells.item_count,
        groups.open_item_count,
        groups.customer_count,
        groups.row_count
    from groups
    inner join cells on cells.dimension_value is not distinct from groups.dimension_value
    where groups.group_number > $row_offset
        and ($row_limit is null or groups.group_number <= $row_offset + $row_limit)
    order by groups.group_number, cells.bucket_order
)

select * from ageing_by_company
