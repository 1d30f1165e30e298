-- Currencies in which the customers in view were ever billed, paid or credited.
-- Grain: one row per currency.
-- Permission: view_receivables
with

documents as (
    select distinct customer_id, currency from invoices
    union
    select distinct customer_id, currency from sources
),

billed as (
    select documents.currency
    from documents
    inner join customers on customers.customer_id = documents.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    group by documents.currency
    order by documents.currency
)

select * from billed
