-- The place of every customer when all are listed by name: a number that stands for the customer in narrow marts.
-- Grain: one row per customer_id.
select
    customer_id,
    cast(row_number() over (order by customer_name, customer_id) as integer) as name_order
from customers
order by customer_id
