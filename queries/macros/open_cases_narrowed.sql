-- Support cases open at an instant that somebody may see, narrowed, each with the value of what it is grouped by.
-- Grain: one row per case_id.
-- Tables: online_services, category_types
-- Parameter seen_at timestamp: the instant.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter of_category text: as of cases_narrowed, like the seven below.
-- Parameter of_subcategory text: one subcategory; null: all.
-- Parameter of_support_type text: one support type; null: all.
-- Parameter of_online_service text: one online service; null: all.
-- Parameter of_product text: one product's name; null: all.
-- Parameter of_severity text: one severity; null: all.
-- Parameter of_assignee text: one assignee; null: all.
-- Parameter of_customer text: one customer's id; null: all.
-- Parameter of_status text: one status at the instant; null: all.
-- Parameter of_age_bucket text: one age bucket at the instant; null: all.
-- Parameter grouped_by text: category, subcategory, support_type, online_service, product, severity, status, assignee or customer; null: nothing.
--
-- A table macro of the warehouse: what every list and count of open cases begins with.
select
    cases_seen.*,
    open_then.case_status,
    open_then.is_unresolved,
    open_then.age_days,
    open_then.age_bucket,
    open_then.bucket_order,
    case grouped_by
        when 'category' then cases_seen.case_category
        when 'subcategory' then cases_seen.case_subcategory
        when 'support_type' then cases_seen.support_type
        when 'online_service' then cases_seen.online_service
        when 'product' then cases_seen.product_name
        when 'severity' then cases_seen.severity
        when 'status' then open_then.case_status
        when 'assignee' then cases_seen.assignee
        when 'customer' then cases_seen.customer_id
    end as dimension_value
from cases_open_at(seen_at) as open_then
inner join cases_narrowed(
    seen_by, of_category, of_subcategory, of_support_type, of_online_service, of_product, of_severity, of_assignee, of_customer
) as cases_seen on cases_seen.case_id = open_then.case_id
where (of_status is null or open_then.case_status = of_status)
    and (of_age_bucket is null or open_then.age_bucket = of_age_bucket)
