-- Backlog of support cases at an instant by category, product, customer or another dimension.
-- Grain: one row per dimension_value.
-- Permission: view_cases
-- Tables: online_services, category_types
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
-- Parameter by text = category (category, subcategory, support_type, online_service, product, severity, status, assignee, customer): what groups them.
-- Parameter case_category text = null: one category; all when left out.
-- Parameter case_subcategory text = null: one subcategory, empty for the cases without one; all when left out.
-- Parameter support_type text = null: billing, subscription_management or technical, empty for none known; all when left out.
-- Parameter online_service text = null: one online service, empty for none known; all when left out.
-- Parameter product_name text = null: one product, empty for the cases without one; all when left out.
-- Parameter severity text = null: A, B or C, empty for the cases without one; all when left out.
-- Parameter assignee text = null: one assignee, empty for the cases without one; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter case_status text = null (open, waiting_on_customer, escalated, resolved): the state at the instant; all when left out.
-- Parameter age_bucket text = null (0-2, 3-5, 6-10, 11-20, 21-30, 31+): whole days since it was opened; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- A case that names no product, assignee or the like is in the group without a value: the groups add up to the backlog.
with

open_cases as (
    select
        dimension_value,
        case when $by = 'customer' then customer_name else dimension_value end as dimension_name,
        case_status,
        is_unresolved,
        age_days,
        age_bucket
    from open_cases_narrowed(
        $at, $viewer_agent, $case_category, $case_subcategory, $support_type, $online_service, $product_name, $severity, $assignee,
        $customer_id, $case_status, $age_bucket, $by
    )
),

backlog_by as (
    select
        dimension_value,
        min(dimension_name) as dimension_name,
        count(*) as case_count,
        count(*) filter (where is_unresolved) as unresolved_count,
        count(*) filter (where case_status = 'waiting_on_customer') as waiting_count,
        count(*) filter (where case_status = 'escalated') as escalated_count,
        quantile_cont(age_days, 0.5) as age_days_p50,
        quantile_cont(age_days, 0.9) as age_days_p90,
        max(age_days) as age_days_max,
        count(*) filter (where age_bucket = '0-2') as age_0_2_count,
        count(*) filter (where age_bucket = '3-5') as age_3_5_count,
        count(*) filter (where age_bucket = '6-10') as age_6_10_count,
        count(*) filter (where age_bucket = '11-20') as age_11_20_count,
        count(*) filter (where age_bucket = '21-30') as age_21_30_count,
        count(*) filter (where age_bucket = '31+') as age_31_count,
        count(*) over () as row_count
    from open_cases
    group by dimension_value
    order by case_count desc, dimension_value
    limit $row_limit offset $row_offset
)

select * from backlog_by
