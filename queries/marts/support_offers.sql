-- Support offers agreed with customers.
-- Grain: one row per customer_id, offer_name.
select * from canonical.support_offers
order by customer_id, offer_name
