-- Customers, known and unknown: an id that only documents carry becomes a customer of that name, or of the name on an invoice.
-- `book_agent` is whose book the customer list puts the account in; an assignment changes `sales_agent` alone, for the run that sees it.
-- Grain: one row per customer_id.
with

mentioned as (
    select customer_id, currency, customer_name from canonical.customer_invoices
    union all
    select customer_id, currency, null from canonical.payments
    union all
    select customer_id, currency, null from canonical.credit_notes
    union all
    select customer_id, null, null from canonical.subscriptions
    union all
    select customer_id, null, null from canonical.support_cases
    union all
    select customer_id, null, null from canonical.service_requests where customer_id is not null
    union all
    select customer_id, null, null from canonical.support_offers
    union all
    select customer_id, null, null from canonical.holds
    union all
    select customer_id, null, null from canonical.notices
),

unknown as (
    select mentioned.customer_id, min(mentioned.currency) as currency, min(mentioned.customer_name) as customer_name
    from mentioned
    left join canonical.customers as known on known.customer_id = mentioned.customer_id
    where known.customer_id is null
    group by mentioned.customer_id
),

all_customers as (
    select
        customer_id, customer_name, currency, domain_name, country_code, segment,
        lower(sales_agent) as sales_agent, payment_terms_days, credit_limit_amount, microsoft_tenant_id,
        time_zone, language, contact_name, contact_email, created_on, true as is_known, withdrawn_on, lower(sales_agent) as book_agent
    from canonical.customers
    union all
    select
        customer_id, coalesce(customer_name, customer_id), currency, null, null, null,
        null, null, null, null,
        null, null, null, null, null, customer_name is not null, null, null
    from unknown
)

select * from all_customers order by customer_id
