-- What stays out of the ageing in company currency because no exchange rate is known.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
with

ageing_without_rate as (
    select aside.currency, count(*) as item_count, sum(aside.amount_open) as amount_open
    from documents_aside as aside
    inner join customers on customers.customer_id = aside.customer_id
    where aside.reason = 'no_exchange_rate'
        and aside.aside_from_on <= $as_of_on
        and aside.aside_through_on >= $as_of_on
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    group by aside.currency
    order by aside.currency
)

select * from ageing_without_rate
