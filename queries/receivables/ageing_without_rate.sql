-- What stays out of the ageing in company currency because no exchange rate is known.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
with

documents as (
    select customer_id, currency, amount_outstanding as amount_open
    from open_items
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on) and exchange_rate is null
    union all
    select customer_id, currency, amount_unapplied
    from unapplied
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on) and exchange_rate is null
),

ageing_without_rate as (
    select documents.currency, count(*) as item_count, sum(documents.amount_open) as amount_open
    from documents
    inner join customers on customers.customer_id = documents.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    group by documents.currency
    order by documents.currency
)

select * from ageing_without_rate
