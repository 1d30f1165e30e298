-- Ageing of receivables, with what is not applied in a bucket of its own.
-- Grain: one row per customer_id, currency, bucket.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
with

buckets as (
    select * from bucket_ranges($bucket_edges)
),

items as (
    select
        open_items.customer_id,
        open_items.currency,
        $as_of_on - case when $basis = 'due_date' then open_items.aged_from_on else open_items.issued_on end as overdue_days,
        open_items.amount_outstanding
    from open_items
    where open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
        and ($currency is null or open_items.currency = $currency)
),

aged as (
    select
        items.customer_id,
        items.currency,
        buckets.bucket_order,
        buckets.bucket,
        count(*) as item_count,
        sum(items.amount_outstanding) as amount_outstanding
    from items
    inner join buckets
        on (buckets.first_day is null or items.overdue_days >= buckets.first_day)
        and (buckets.last_day is null or items.overdue_days <= buckets.last_day)
    group by items.customer_id, items.currency, buckets.bucket_order, buckets.bucket
),

not_applied as (
    select
        customer_id,
        currency,
        1000000 as bucket_order,
        'unapplied' as bucket,
        count(*) as item_count,
        sum(amount_unapplied) as amount_outstanding
    from unapplied
    where open_from_on <= $as_of_on
        and (open_until_on is null or open_until_on > $as_of_on)
        and ($currency is null or currency = $currency)
    group by customer_id, currency
),

every_bucket as (
    select * from aged
    union all
    select * from not_applied
),

ageing as (
    select
        customers.customer_id,
        customers.customer_name,
        every_bucket.currency,
        every_bucket.bucket,
        every_bucket.item_count,
        every_bucket.amount_outstanding
    from every_bucket
    inner join customers on customers.customer_id = every_bucket.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    order by customers.customer_name, customers.customer_id, every_bucket.currency, every_bucket.bucket_order
)

select * from ageing
