-- What the health of accounts rests on beside money: open cases, requests to Microsoft, commitments and cancellation windows.
-- Grain: one row per customer_id.
-- Permission: view_cases
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter as_of_on date: as of the end of this day.
--
-- The next commitment end is that of active subscriptions whose term is longer than a month: a monthly one ends every month.
with

scoped_customers as (
    select customer_id
    from customers
    where ($viewer_agent is null or sales_agent = $viewer_agent)
        and ($customer_id is null or customer_id = $customer_id)
),

day_end as (
    select time_zone, timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

open_cases as (
    select
        cases.customer_id,
        cases.case_id,
        cases.severity,
        cases.opened_at,
        $as_of_on - cast(timezone(day_end.time_zone, timezone('UTC', cases.opened_at)) as date) as age_days
    from case_states
    inner join scoped_customers on scoped_customers.customer_id = case_states.customer_id
    inner join cases on cases.case_id = case_states.case_id
    cross join day_end
    where case_states.from_at < day_end.ends_at
        and (case_states.until_at is null or case_states.until_at >= day_end.ends_at)
),

case_counts as (
    select
        customer_id,
        arg_min(case_id, (opened_at, case_id)) filter (where severity = 'A') as severity_a_case_id,
        max(age_days) as oldest_case_days,
        count(*) as open_case_count,
        count(*) filter (where severity = 'A') as severity_a_case_count,
        count(*) filter (where severity = 'B') as severity_b_case_count
    from open_cases
    group by customer_id
),

request_counts as (
    select service_requests.customer_id, count(*) as open_request_count
    from service_requests_on($as_of_on) as service_requests
    inner join scoped_customers on scoped_customers.customer_id = service_requests.customer_id
    cross join day_end
    where service_requests.opened_at < day_end.ends_at
        and (service_requests.closed_at is null or service_requests.closed_at >= day_end.ends_at)
    group by service_requests.customer_id
),

running as (
    select subscriptions.*
    from subscriptions
    inner join scoped_customers on scoped_customers.customer_id = subscriptions.customer_id
    where subscriptions.subscription_status = 'active'
        and (subscriptions.started_on is null or subscriptions.started_on <= $as_of_on)
        and (subscriptions.withdrawn_on is null or subscriptions.withdrawn_on > $as_of_on)
),

commitments as (
    select customer_id, product_name, is_auto_renew, commitment_ends_on
    from running
    where commitment_ends_on >= $as_of_on and coalesce(term_duration, '') <> 'P1M'
    qualify row_number() over (partition by customer_id order by commitment_ends_on, subscription_id) = 1
),

windows as (
    select customer_id, product_name as cancellable_product_name, cancellable_until_on
    from running
    where cancellable_until_on >= $as_of_on
    qualify row_number() over (partition by customer_id order by cancellable_until_on, subscription_id) = 1
),

health_service as (
    select
        scoped_customers.customer_id,
        case_counts.severity_a_case_id,
        commitments.product_name,
        windows.cancellable_product_name,
        commitments.is_auto_renew,
        commitments.commitment_ends_on,
        windows.cancellable_until_on,
        case_counts.oldest_case_days,
        commitments.commitment_ends_on - $as_of_on as left_of_commitment_days,
        windows.cancellable_until_on - $as_of_on as left_to_cancel_days,
        coalesce(case_counts.open_case_count, 0) as open_case_count,
        coalesce(case_counts.severity_a_case_count, 0) as severity_a_case_count,
        coalesce(case_counts.severity_b_case_count, 0) as severity_b_case_count,
        coalesce(request_counts.open_request_count, 0) as open_request_count
    from scoped_customers
    left join case_counts on case_counts.customer_id = scoped_customers.customer_id
    left join request_counts on request_counts.customer_id = scoped_customers.customer_id
    left join commitments on commitments.customer_id = scoped_customers.customer_id
    left join windows on windows.customer_id = scoped_customers.customer_id
    order by scoped_customers.customer_id
)

select * from health_service
