-- Ageing of receivables, with what is not applied in a bucket of its own.
-- Grain: one row per customer_id, currency, bucket.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
with

buckets as (
    select bucket_order, bucket from bucket_ranges($bucket_edges)
    union all
    select 1000000, 'unapplied'
),

-- Everything narrow first: names come to what is added up.
amounts as (
    select
        name_order,
        currency,
        case
            when aged_from_on is null then 1000000
            else bucket_number($as_of_on - case when $basis = 'due_date' then aged_from_on else issued_on end, $bucket_edges)
        end as bucket_order,
        count(*) as item_count,
        sum(amount_open) as amount_outstanding
    from open_amounts
    where open_from_on <= $as_of_on and open_through_on >= $as_of_on and ($currency is null or currency = $currency)
    group by all
),

ageing as (
    select
        customers.customer_id,
        customers.customer_name,
        amounts.currency,
        buckets.bucket,
        amounts.item_count,
        amounts.amount_outstanding
    from amounts
    inner join customer_order on customer_order.name_order = amounts.name_order
    inner join customers on customers.customer_id = customer_order.customer_id
    inner join buckets on buckets.bucket_order = amounts.bucket_order
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    order by amounts.name_order, amounts.currency, amounts.bucket_order
)

select * from ageing
