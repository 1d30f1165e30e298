-- Prices of the support offers in force on a day.
-- Grain: one row per customer_id, offer_name.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
--
-- A price without a currency is in the customer's.
with

prices as (
    select
        support_offers.customer_id,
        support_offers.offer_name,
        coalesce(support_offers.currency, customers.currency) as currency,
        support_offers.amount_price
    from support_offers
    inner join customers on customers.customer_id = support_offers.customer_id
    where (support_offers.withdrawn_on is null or support_offers.withdrawn_on > $as_of_on)
        and customers.customer_id in (select customer_id from customers_on($as_of_on, $viewer_agent))
        and ($customer_id is null or support_offers.customer_id = $customer_id)
        and support_offers.amount_price is not null
    order by support_offers.customer_id, support_offers.offer_name
)

select * from prices
