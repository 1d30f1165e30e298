-- Open support cases at an instant by online service and support type, beside what each service asks for.
-- Grain: one row per online_service, has_product, support_type.
-- Permission: view_cases
-- Tables: online_services, category_types, service_support_types
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
--
-- is_asked_for: the service asks for cases of that type; unknown where the case names no product, or one that belongs to no known
-- service (has_product tells which). What a service asks for stands here too while nothing of it is open.
with

open_cases as (
    select
        online_service,
        product_name is not null as has_product,
        support_type,
        is_unresolved
    from open_cases_narrowed(
        $at, $viewer_agent, $case_category, $case_subcategory, $support_type, $online_service, $product_name, $severity, $assignee,
        $customer_id, $case_status, $age_bucket, null
    )
),

counted as (
    select
        online_service,
        has_product,
        support_type,
        count(*) as case_count,
        count(*) filter (where is_unresolved) as unresolved_count
    from open_cases
    group by online_service, has_product, support_type
),

asked as (
    select distinct online_service, support_type from service_support_types
),

service_types as (
    select
        coalesce(counted.online_service, asked.online_service) as online_service,
        coalesce(counted.support_type, asked.support_type) as support_type,
        coalesce(counted.has_product, true) as has_product,
        case when coalesce(counted.online_service, asked.online_service) is not null then asked.online_service is not null end
            as is_asked_for,
        coalesce(counted.case_count, 0) as case_count,
        coalesce(counted.unresolved_count, 0) as unresolved_count
    from counted
    full join asked on asked.online_service = counted.online_service and asked.support_type = counted.support_type
    order by online_service nulls last, has_product desc, support_type nulls last
)

select * from service_types
