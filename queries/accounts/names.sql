-- Names of the customers that some rows are about.
-- Grain: one row per customer_id.
-- Permission: view_customers
-- Tables: customers_wanted
with

wanted as (
    select distinct customer_id from customers_wanted
),

names as (
    select customers.customer_id, customers.customer_name
    from wanted
    inner join customers on customers.customer_id = wanted.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
)

select * from names
