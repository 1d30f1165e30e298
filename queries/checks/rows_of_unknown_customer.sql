-- Support cases, service requests and subscriptions of a customer who is not known
-- Grain: one row per row_type, row_id.
-- Level: warn
with

mentioned as (
    select 'support_case' as row_type, case_id as row_id, customer_id from canonical.support_cases
    union all
    select 'service_request', service_request_id, customer_id from canonical.service_requests
    union all
    select 'subscription', subscription_id, customer_id from canonical.subscriptions
),

rows_of_unknown_customer as (
    select mentioned.row_type, mentioned.row_id, mentioned.customer_id
    from mentioned
    inner join customers on customers.customer_id = mentioned.customer_id
    where not customers.is_known
)

select * from rows_of_unknown_customer order by row_type, row_id
