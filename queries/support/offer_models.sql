-- Customers and their support offers by who delivers the support, and the customers with none.
-- Grain: one row per delivery_model.
-- Permission: view_customers
-- Parameter as_of_on date: as of the end of this day.
--
-- A customer with offers of two delivery models counts in both; none is the customers without an offer in force. A customer counts
-- from the day on which it became one, until a later list of customers no longer holds it.
with

scoped_customers as (
    select customer_id from customers_on($as_of_on, $viewer_agent)
),

in_force as (
    select support_offers.customer_id, support_offers.delivery_model
    from support_offers
    inner join scoped_customers on scoped_customers.customer_id = support_offers.customer_id
    where support_offers.withdrawn_on is null or support_offers.withdrawn_on > $as_of_on
),

models as (
    select *
    from (values (1, 'own'), (2, 'resold'), (3, 'outsourced'), (4, 'mixed')) as listed (model_order, delivery_model)
),

counts as (
    select
        models.delivery_model,
        models.model_order,
        count(distinct in_force.customer_id) as customer_count,
        count(in_force.customer_id) as offer_count
    from models
    left join in_force on in_force.delivery_model = models.delivery_model
    group by models.delivery_model, models.model_order
    union all
    select 'none', 5, count(*), 0
    from scoped_customers
    where customer_id not in (select customer_id from in_force)
),

offer_models as (
    select delivery_model, customer_count, offer_count from counts order by model_order
)

select * from offer_models
