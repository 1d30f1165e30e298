-- Backlog of support cases by category at an instant.
-- Grain: one row per case_category.
-- Permission: view_cases
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
with

open_cases as (
    select
        case_states.case_category,
        case_states.state <> 'resolved' as is_unresolved,
        epoch($at - cases.opened_at) / 86400.0 as age_days
    from case_states
    inner join cases on cases.case_id = case_states.case_id
    inner join customers on customers.customer_id = cases.customer_id
    where case_states.from_at < $at
        and (case_states.until_at is null or case_states.until_at >= $at)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
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
