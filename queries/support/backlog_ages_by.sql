-- Open support cases at an instant by age, and by category, product, customer or another dimension.
-- Grain: one row per dimension_value, age_bucket.
-- Permission: view_cases
-- Tables: online_services, category_types
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
-- Parameter by text = null (category, subcategory, support_type, online_service, product, severity, status, assignee, customer): what groups them; when left out, age alone.
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
with

open_cases as (
    select
        dimension_value,
        age_bucket,
        bucket_order
    from open_cases_narrowed(
        $at, $viewer_agent, $case_category, $case_subcategory, $support_type, $online_service, $product_name, $severity, $assignee,
        $customer_id, $case_status, $age_bucket, $by
    )
),

backlog_ages_by as (
    select dimension_value, age_bucket, bucket_order, count(*) as case_count
    from open_cases
    group by dimension_value, age_bucket, bucket_order
    order by dimension_value nulls last, bucket_order
)

select * from backlog_ages_by
