-- Support offers of one customer: who supports them, when, how to reach them, how soon they answer.
-- Grain: one row per offer_name.
-- Permission: view_customers
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
--
-- What an offer costs is an amount and stands in accounts/support_prices.
with

offers as (
    select
        support_offers.customer_id,
        support_offers.offer_name,
        support_offers.delivery_model,
        support_offers.service_hours,
        support_offers.contact_method,
        support_offers.response_minutes_a,
        support_offers.response_minutes_b,
        support_offers.response_minutes_c
    from support_offers
    inner join customers on customers.customer_id = support_offers.customer_id
    where support_offers.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and (support_offers.withdrawn_on is null or support_offers.withdrawn_on > $as_of_on)
    order by support_offers.offer_name
)

select * from offers
