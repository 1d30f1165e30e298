-- Payment history of one customer: each invoice, when it was settled and how late.
-- Grain: one row per invoice_id.
-- Permission: view_receivables
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
--
-- What settled means and how days late are counted: the macro invoice_settlements.
with

settlements as (
    select * from invoice_settlements($as_of_on, $customer_id)
),

history as (
    select
        settlements.customer_id,
        settlements.currency,
        settlements.invoice_id,
        settlements.issued_on,
        settlements.due_on,
        settlements.settled_on,
        settlements.days_late,
        settlements.amount_total,
        settlements.amount_outstanding
    from settlements
    inner join customers on customers.customer_id = settlements.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    order by settlements.issued_on desc, settlements.invoice_id
)

select * from history
