-- Customers on a day.
-- Grain: one row per customer_id.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
--
-- A customer without a day of creation counts on every day; one that a later list of customers no longer holds, only before that list.
with

customers_on as (
    select customer_id
    from customers
    where (created_on is null or created_on <= seen_on)
        and (withdrawn_on is null or withdrawn_on > seen_on)
        and (seen_by is null or sales_agent = seen_by)
)

select * from customers_on
