-- Names of the support offers in force on a day, the most frequent first.
-- Grain: one row per offer_name.
-- Permission: view_customers
-- Parameter as_of_on date: as of the end of this day.
with

offer_names as (
    select support_offers.offer_name, count(*) as customer_count
    from support_offers
    inner join customers on customers.customer_id = support_offers.customer_id
    where (support_offers.withdrawn_on is null or support_offers.withdrawn_on > $as_of_on)
        and customers.customer_id in (select customer_id from customers_on($as_of_on, $viewer_agent))
    group by support_offers.offer_name
    order by customer_count desc, support_offers.offer_name
)

select * from offer_names
