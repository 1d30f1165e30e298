-- Open support cases by category and age at an instant.
-- Grain: one row per case_category, age_bucket.
-- Permission: view_cases
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
with

buckets as (
    select *
    from (values
        (1, '0-2', 0, 3), (2, '3-5', 3, 6), (3, '6-10', 6, 11), (4, '11-20', 11, 21), (5, '21-30', 21, 31), (6, '31+', 31, null)
    ) as ranges (bucket_order, age_bucket, from_days, until_days)
),

open_cases as (
    select cases.case_category, epoch($at - cases.opened_at) / 86400.0 as age_days
    from case_states
    inner join cases on cases.case_id = case_states.case_id
    inner join customers on customers.customer_id = cases.customer_id
    where case_states.from_at < $at
        and (case_states.until_at is null or case_states.until_at >= $at)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

backlog_ages as (
    select open_cases.case_category, buckets.age_bucket, buckets.bucket_order, count(*) as case_count
    from open_cases
    inner join buckets
        on open_cases.age_days >= buckets.from_days
        and (buckets.until_days is null or open_cases.age_days < buckets.until_days)
    group by all
    order by open_cases.case_category, buckets.bucket_order
)

select * from backlog_ages
