-- Customers whose name, id, domain or Microsoft tenant holds a text.
-- Grain: one row per customer_id.
-- Permission: view_customers
-- Parameter search text = null: part of a name, id, domain or tenant, in any letter case; all when left out.
-- Parameter row_limit integer = 50: rows at most.
with

found as (
    select customer_id, customer_name, domain_name, country_code, segment, sales_agent
    from customers
    where ($viewer_agent is null or sales_agent = $viewer_agent)
        and (
            $search is null
            or contains(lower(customer_name), lower($search))
            or contains(lower(customer_id), lower($search))
            or contains(lower(coalesce(domain_name, '')), lower($search))
            or contains(lower(coalesce(microsoft_tenant_id, '')), lower($search))
        )
    order by $search is not null and not starts_with(lower(customer_name), lower($search)), customer_name, customer_id
    limit $row_limit
)

select * from found
