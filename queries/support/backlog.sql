-- Backlog of support cases by category at an instant.
-- Grain: one row per case_category.
-- Permission: view_cases
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
with

open_cases as (
    select open_then.*
    from cases_open_at($at) as open_then
    inner join customers on customers.customer_id = open_then.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
),

backlog as (
    select
        case_category,
        count(*) as case_count,
        count(*) filter (where is_unresolved) as unresolved_count,
        quantile_cont(age_days, 0.5) as age_days_p50,
        quantile_cont(age_days, 0.9) as age_days_p90,
        max(age_days) as age_days_max
    from open_cases
    group by case_category
    order by case_count desc, case_category
)

select * from backlog
