-- Open support cases by category and age at an instant.
-- Grain: one row per case_category, age_bucket.
-- Permission: view_cases
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
with

open_cases as (
    select open_then.*
    from cases_open_at($at) as open_then
    inner join customers on customers.customer_id = open_then.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
),

backlog_ages as (
    select case_category, age_bucket, bucket_order, count(*) as case_count
    from open_cases
    group by case_category, age_bucket, bucket_order
    order by case_category, bucket_order
)

select * from backlog_ages
