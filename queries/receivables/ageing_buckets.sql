-- Ageing of receivables added up over the customers in view.
-- Grain: one row per currency, bucket.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
--
-- Every bucket has its row, also an empty one, in order of age; unapplied comes last.
with

buckets as (
    select bucket_order, bucket from bucket_ranges($bucket_edges)
    union all
    select 1000000, 'unapplied'
),

-- Of one customer the items stand together; all others are added up from narrow rows.
documents as (
    select name_order, currency, issued_on, aged_from_on, amount_open
    from amounts_on($as_of_on, $viewer_agent, $currency)
    where $customer_id is null
    union all
    select customer_order.name_order, items.currency, items.issued_on, items.aged_from_on, items.amount_open
    from (
        select customer_id, currency, issued_on, aged_from_on, open_from_on, open_until_on, amount_outstanding as amount_open
        from open_items
        where customer_id = $customer_id
        union all
        select customer_id, currency, null, null, open_from_on, open_until_on, amount_unapplied
        from unapplied
        where customer_id = $customer_id
    ) as items
    inner join customers on customers.customer_id = items.customer_id
    inner join customer_order on customer_order.customer_id = items.customer_id
    where items.open_from_on <= $as_of_on
        and (items.open_until_on is null or items.open_until_on > $as_of_on)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or items.currency = $currency)
),

per_customer as (
    select
        name_order,
        currency,
        case
            when aged_from_on is null then 1000000
            else bucket_number($as_of_on - case when $basis = 'due_date' then aged_from_on else issued_on end, $bucket_edges)
        end as bucket_order,
        count(*) as item_count,
        sum(amount_open) as amount_open
    from documents
    group by all
),

per_bucket as (
    select
        currency,
        bucket_order,
        cast(sum(item_count) as bigint) as item_count,
        count(*) as customer_count,
        sum(amount_open) as amount_open
    from per_customer
    group by currency, bucket_order
),

every_bucket as (
    select own_currencies.currency, buckets.*
    from buckets
    cross join (select distinct currency from per_bucket) as own_currencies
),

ageing_buckets as (
    select
        every_bucket.currency,
        every_bucket.bucket,
        every_bucket.bucket_order,
        coalesce(per_bucket.item_count, 0) as item_count,
        coalesce(per_bucket.customer_count, 0) as customer_count,
        cast(coalesce(per_bucket.amount_open, 0) as decimal(38, 4)) as amount_outstanding
    from every_bucket
    left join per_bucket
        on per_bucket.currency = every_bucket.currency and per_bucket.bucket_order = every_bucket.bucket_order
    order by every_bucket.currency, every_bucket.bucket_order
)

select * from ageing_buckets
