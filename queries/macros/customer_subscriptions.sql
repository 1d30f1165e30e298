-- Subscriptions of one customer on a day, for those who may see the customer.
-- Grain: one row per subscription_id.
-- Parameter of_customer text: the customer.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: whose customers count, by the sales agent's mail address; null for everybody's.
--
-- A table macro of the warehouse, `customer_subscriptions(of_customer, seen_on, seen_by)`: those that have begun, or of which nobody knows when,
-- and that were not withdrawn by then; whatever their status. currency is the subscription's, or else the customer's.
select subscriptions.* replace (coalesce(subscriptions.currency, customers.currency) as currency)
from subscriptions
inner join customers on customers.customer_id = subscriptions.customer_id
where subscriptions.customer_id = of_customer
    and (seen_by is null or customers.sales_agent = seen_by)
    and (subscriptions.started_on is null or subscriptions.started_on <= seen_on)
    and (subscriptions.withdrawn_on is null or subscriptions.withdrawn_on > seen_on)
