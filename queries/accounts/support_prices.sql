-- Prices of the support offers of one customer.
-- Grain: one row per offer_name.
-- Permission: view_receivables
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
with

prices as (
    select
        support_offers.customer_id,
        support_offers.offer_name,
        support_offers.currency,
        support_offers.amount_price
    from support_offers
    inner join customers on customers.customer_id = support_offers.customer_id
    where support_offers.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and (support_offers.withdrawn_on is null or support_offers.withdrawn_on > $as_of_on)
        and support_offers.amount_price is not null
    order by support_offers.offer_name
)

select * from prices
