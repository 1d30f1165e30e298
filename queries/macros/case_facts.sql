-- Support cases with what the rules of support add to them: a support type where they name none, the online service of their product.
-- Grain: one row per case_id.
-- Tables: online_services, category_types
--
-- A case's own support type goes before that of its category. A product belongs to the service of the longest beginning that fits its
-- name, in any letter case; a product that no service names belongs to none, and its platform is not known.
with

products as (
    select distinct product_name from cases where product_name is not null
),

product_services as (
    select
        products.product_name,
        arg_max(online_services.online_service, length(online_services.product_start)) as online_service,
        arg_max(online_services.platform, length(online_services.product_start)) as platform
    from products
    inner join online_services on starts_with(lower(products.product_name), lower(online_services.product_start))
    group by products.product_name
),

case_facts as (
    select
        cases.case_id,
        cases.customer_id,
        cases.case_category,
        cases.case_subcategory,
        coalesce(cases.support_type, category_types.support_type) as support_type,
        product_services.online_service,
        product_services.platform,
        cases.product_name,
        cases.title,
        cases.severity,
        cases.assignee,
        cases.channel,
        cases.is_dated_by_events,
        cases.opened_at
    from cases
    left join category_types on lower(category_types.case_category) = lower(cases.case_category)
    left join product_services on product_services.product_name = cases.product_name
)

select * from case_facts
