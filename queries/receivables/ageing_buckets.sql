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
    select * from bucket_ranges($bucket_edges)
    union all
    select 1000000, null, null, 'unapplied'
),

documents as (
    select
        customer_id,
        currency,
        $as_of_on - case when $basis = 'due_date' then aged_from_on else issued_on end as overdue_days,
        amount_outstanding
    from open_items
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
    union all
    select customer_id, currency, null, amount_unapplied
    from unapplied
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
),

own_documents as (
    select documents.*
    from documents
    inner join customers on customers.customer_id = documents.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or documents.currency = $currency)
        and ($customer_id is null or documents.customer_id = $customer_id)
),

every_bucket as (
    select own_currencies.currency, buckets.*
    from buckets
    cross join (select distinct currency from own_documents) as own_currencies
),

ageing_buckets as (
    select
        every_bucket.currency,
        every_bucket.bucket,
        every_bucket.bucket_order,
        count(own_documents.currency) as item_count,
        count(distinct own_documents.customer_id) as customer_count,
        cast(coalesce(sum(own_documents.amount_outstanding), 0) as decimal(38, 4)) as amount_outstanding
    from every_bucket
    left join own_documents
        on own_documents.currency = every_bucket.currency
        and case
            when every_bucket.bucket = 'unapplied' then own_documents.overdue_days is null
            else (every_bucket.first_day is null or own_documents.overdue_days >= every_bucket.first_day)
                and (every_bucket.last_day is null or own_documents.overdue_days <= every_bucket.last_day)
                and own_documents.overdue_days is not null
        end
    group by all
    order by every_bucket.currency, every_bucket.bucket_order
)

select * from ageing_buckets
