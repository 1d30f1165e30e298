-- Which of some accounts there are, the book of the customer list each is in, and the sales agent who has it now; no customer is named.
-- Grain: one row per customer_id.
-- Permission: view_users_audit
-- Tables: customers_wanted
with

wanted as (
    select distinct customer_id from customers_wanted
),

accounts as (
    select customers.customer_id, customers.book_agent, customers.sales_agent
    from wanted
    inner join customers on customers.customer_id = wanted.customer_id
    order by customers.customer_id
)

select * from accounts
