-- The customers with the sales agent whose they are now: whoever the account was given to, else its book, else the customer list's.
-- Grain: one row per customer_id.
--
-- A table macro of the warehouse, `customers_assigned()`, over the table `customers_filed` (the mart `customers`, by another name) and
-- the table `assignments_now`. Once anything was assigned it stands in the place of `customers` for every query, macros included, so
-- that scope, groups and lists agree on whose an account is. The book of the accounts without any sales agent has an empty address.
select
    customers_filed.* replace (coalesce(accounts.sales_agent, books.sales_agent, customers_filed.sales_agent) as sales_agent)
from customers_filed
left join assignments_now as accounts on accounts.customer_id = customers_filed.customer_id
left join assignments_now as books on books.book = coalesce(customers_filed.sales_agent, '')
