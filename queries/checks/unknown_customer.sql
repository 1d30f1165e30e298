-- Customers that only documents mention, shown under their id
-- Grain: one row per customer_id.
-- Level: warn
select customer_id from customers where not is_known order by customer_id
