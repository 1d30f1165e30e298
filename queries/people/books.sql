-- How many accounts each book of the customer list has, by the sales agent who has them now; no customer is named.
-- Grain: one row per book_agent, sales_agent.
-- Permission: view_users_audit
with

books as (
    select book_agent, sales_agent, count(*) as account_count
    from customers
    group by book_agent, sales_agent
    order by book_agent nulls last, sales_agent nulls last
)

select * from books
