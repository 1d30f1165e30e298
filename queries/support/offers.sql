-- Support offers in force on a day: who supports a customer, when, how to reach them, how soon they answer.
-- Grain: one row per customer_id, offer_name.
-- Permission: view_customers
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter delivery_model text = null (own, resold, outsourced, mixed): who delivers the support; all when left out.
-- Parameter offer_name text = null: offers of this name; all when left out.
-- Parameter search text = null: part of the customer's name or id, in any letter case; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- An offer is in force until a later list no longer holds it. What it costs is an amount and stands in support/offer_prices.
with

offers as (
    select
        support_offers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        support_offers.offer_name,
        support_offers.delivery_model,
        support_offers.service_hours,
        support_offers.contact_method,
        support_offers.response_minutes_a,
        support_offers.response_minutes_b,
        support_offers.response_minutes_c,
        count(*) over () as row_count
    from support_offers
    inner join customers on customers.customer_id = support_offers.customer_id
    where (support_offers.withdrawn_on is null or support_offers.withdrawn_on > $as_of_on)
        and customers.customer_id in (select customer_id from customers_on($as_of_on, $viewer_agent))
        and ($customer_id is null or support_offers.customer_id = $customer_id)
        and ($delivery_model is null or support_offers.delivery_model = $delivery_model)
        and ($offer_name is null or support_offers.offer_name = $offer_name)
        and (
            $search is null
            or contains(lower(customers.customer_name), lower($search))
            or contains(lower(customers.customer_id), lower($search))
        )
    order by customers.customer_name, support_offers.customer_id, support_offers.offer_name
    limit $row_limit offset $row_offset
)

select * from offers
