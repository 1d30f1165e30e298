-- Documents that the ageing leaves aside or reads with care: drafts, voids, and invoices without a due date.
-- Grain: one row per reason, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
with

documents_apart as (
    select
        aside.reason,
        aside.currency,
        count(*) as document_count,
        sum(case when aside.reason = 'no_due_date' then aside.amount_open else aside.amount_total end) as amount_total
    from documents_aside as aside
    inner join customers on customers.customer_id = aside.customer_id
    where aside.reason <> 'no_exchange_rate'
        and aside.aside_from_on <= $as_of_on
        and aside.aside_through_on >= $as_of_on
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    group by aside.reason, aside.currency
    order by aside.reason, aside.currency
)

select * from documents_apart
