-- One customer: who they are, what was agreed, whom to call.
-- Grain: one row per customer_id.
-- Permission: view_customers
-- Parameter customer_id text: the customer.
--
-- The credit limit is an amount and stands in accounts/health.
with

account as (
    select * exclude (credit_limit_amount, withdrawn_on, book_agent)
    from customers
    where customer_id = $customer_id
        and ($viewer_agent is null or sales_agent = $viewer_agent)
)

select * from account
