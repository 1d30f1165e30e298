-- Customers with anything open or unapplied: what they owe, what of it is overdue, what they have on account.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter bucket text = null: only customers with something in this bucket (or overdue: past its due date), and how much; all when left out.
-- Parameter dimension text = null (customer, sales_agent, segment, country, currency, product): with dimension_value, one group of ageing_by.
-- Parameter dimension_value text = null: the group; an empty text is the group without one; all when no dimension is given.
-- Parameter search text = null: part of the customer's name or id, in any letter case; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- In the order of what is overdue in company currency at booked rates; what has no rate comes after it.
-- row_count is the number of rows before paging; amount_in_bucket is the whole balance when no bucket is asked for.
with

buckets as (
    select bucket_order, bucket from bucket_ranges($bucket_edges)
    union all
    select 1000000, 'unapplied'
),

amounts as (
    select
        name_order,
        currency,
        aged_from_on,
        case
            when aged_from_on is null then 1000000
            else bucket_number($as_of_on - case when $basis = 'due_date' then aged_from_on else issued_on end, $bucket_edges)
        end as bucket_order,
        exchange_rate,
        amount_open
    from amounts_in_group($as_of_on, $viewer_agent, $currency, $dimension, $dimension_value)
),

documents as (
    select
        *,
        aged_from_on is not null as is_item,
        coalesce(aged_from_on < $as_of_on, false) as is_overdue,
        $bucket is null
            or coalesce(bucket_order = (select bucket_order from buckets where bucket = $bucket), false)
            or ($bucket = 'overdue' and coalesce(aged_from_on < $as_of_on, false)) as is_listed
    from amounts
),

sums as (
    select
        name_order,
        currency,
        count(*) filter (where is_item) as item_count,
        max($as_of_on - aged_from_on) filter (where is_overdue) as overdue_days,
        coalesce(sum(amount_open) filter (where is_item), 0) as amount_outstanding,
        coalesce(sum(amount_open) filter (where is_overdue), 0) as amount_overdue,
        -- Only for the order: amounts of different currencies stand one below the other.
        coalesce(sum(amount_open * exchange_rate) filter (where is_overdue), 0) as amount_overdue_company,
        coalesce(sum(amount_open * exchange_rate) filter (where is_item), 0) as amount_outstanding_company,
        coalesce(sum(amount_open) filter (where not is_item), 0) as amount_unapplied,
        count(*) filter (where is_listed) as bucket_item_count,
        coalesce(sum(amount_open) filter (where is_listed), 0) as amount_in_bucket
    from documents
    group by name_order, currency
),

totals as (
    select customers.customer_id, customers.customer_name, customers.sales_agent, sums.*
    from sums
    inner join customer_order on customer_order.name_order = sums.name_order
    inner join customers on customers.customer_id = customer_order.customer_id
),

ageing_customers as (
    select
        customer_id,
        customer_name,
        sales_agent,
        currency,
        overdue_days,
        amount_in_bucket,
        amount_outstanding,
        amount_overdue,
        amount_unapplied,
        item_count,
        count(*) over () as row_count
    from totals
    where bucket_item_count > 0
        and (
            $search is null
            or contains(lower(customer_name), lower($search))
            or contains(lower(customer_id), lower($search))
        )
    order by
        amount_overdue_company desc, amount_overdue desc, amount_outstanding_company desc, amount_outstanding desc, customer_name, currency
    limit $row_limit offset $row_offset
)

select * from ageing_customers
