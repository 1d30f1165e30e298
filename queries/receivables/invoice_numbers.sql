-- The numbers that a customer's invoices carry on paper.
-- Grain: one row per invoice_id.
-- Permission: view_receivables
-- Parameter customer_id text: the customer.
--
-- An invoice without a number of its own is called by its id.
with

invoice_numbers as (
    select
        invoices.invoice_id,
        coalesce(invoices.invoice_number, invoices.invoice_id) as invoice_number
    from invoices
    inner join customers on customers.customer_id = invoices.customer_id
    where invoices.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by invoices.invoice_id
)

select * from invoice_numbers
