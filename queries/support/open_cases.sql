-- Open support cases at an instant, the most severe and oldest first.
-- Grain: one row per case_id.
-- Permission: view_cases
-- Tables: online_services, category_types
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
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
with

open_cases as (
    select
        case_id,
        customer_id,
        customer_name,
        title,
        case_category,
        case_subcategory,
        support_type,
        online_service,
        product_name,
        severity,
        case_status,
        assignee,
        is_dated_by_events,
        opened_at,
        age_days,
        age_bucket,
        count(*) over () as row_count
    from open_cases_narrowed(
        $at, $viewer_agent, $case_category, $case_subcategory, $support_type, $online_service, $product_name, $severity, $assignee,
        $customer_id, $case_status, $age_bucket, null
    )
    order by severity nulls last, opened_at, case_id
    limit $row_limit offset $row_offset
)

select * from open_cases
