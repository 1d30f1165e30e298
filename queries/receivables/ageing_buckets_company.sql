-- Ageing of receivables in company currency added up over the customers in view, with revaluation apart.
-- Grain: one row per bucket.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
--
-- receivables/ageing_company over all customers: booked rates, and the change to the day's rates as the bucket revaluation. Empty buckets
-- have their row too, as long as anything is open at all; revaluation only where there is some.
with

amounts as (
    select
        case
            when aged_from_on is null then 1000000
            else bucket_number($as_of_on - case when $basis = 'due_date' then aged_from_on else issued_on end, $bucket_edges)
        end as bucket_order,
        count(*) as item_count,
        sum(amount_booked_company) as amount_outstanding,
        count(*) filter (where amount_today_company <> amount_booked_company) as revalued_count,
        sum(amount_today_company - amount_booked_company) as amount_revalued
    from amounts_on_company($as_of_on, $viewer_agent, $company_currency)
    group by all
),

revaluation as (
    select sum(revalued_count) as item_count, sum(amount_revalued) as amount_outstanding
    from amounts
    having sum(revalued_count) > 0
),

buckets as (
    select bucket_order, bucket from bucket_ranges($bucket_edges)
    union all
    select 1000000, 'unapplied'
),

every_bucket as (
    select
        buckets.bucket_order,
        buckets.bucket,
        coalesce(amounts.item_count, 0) as item_count,
        coalesce(amounts.amount_outstanding, 0) as amount_outstanding
    from buckets
    left join amounts on amounts.bucket_order = buckets.bucket_order
    where exists (select 1 from amounts)
    union all
    select 1000001, 'revaluation', item_count, amount_outstanding
    from revaluation
),

ageing_buckets_company as (
    select
        bucket,
        $company_currency as currency,
        cast(amount_outstanding as decimal(38, 4)) as amount_outstanding,
        cast(item_count as bigint) as item_count
    from every_bucket
    order by bucket_order
)

select * from ageing_buckets_company
