-- One customer: who they are, what was agreed, who supports them.
-- Grain: one row per customer_id.
-- Permission: view_customers
-- Parameter customer_id text: the customer.
with

offers as (
    select
        customer_id,
        min_by(offer_name, offer_name) as offer_name,
        min_by(delivery_model, offer_name) as delivery_model,
        min_by(service_hours, offer_name) as service_hours,
        min_by(contact_method, offer_name) as contact_method
    from support_offers
    where customer_id = $customer_id and withdrawn_on is null
    group by customer_id
),

account as (
    select
        customers.*,
        offers.offer_name,
        offers.delivery_model,
        offers.service_hours,
        offers.contact_method
    from customers
    left join offers on offers.customer_id = customers.customer_id
    where customers.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
)

select * from account
