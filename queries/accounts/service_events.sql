-- What happened to one customer beside money, up to a day: cases, requests to Microsoft, subscriptions.
-- Grain: one row per event_type, subject_id, occurred_on, occurred_at.
-- Permission: view_cases
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
with

scoped_customers as (
    select customer_id
    from customers
    where customer_id = $customer_id and ($viewer_agent is null or sales_agent = $viewer_agent)
),

day_end as (
    select time_zone, timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

own_cases as (
    select cases.*
    from cases
    inner join scoped_customers on scoped_customers.customer_id = cases.customer_id
    where cases.withdrawn_on is null or cases.withdrawn_on > $as_of_on
),

spans as (
    select
        case_states.case_id,
        case_states.state,
        case_states.from_at,
        case_states.until_at,
        lag(case_states.until_at) over (partition by case_states.case_id order by case_states.from_at) as before_until_at,
        lead(case_states.from_at) over (partition by case_states.case_id order by case_states.from_at) as next_from_at
    from case_states
    inner join own_cases on own_cases.case_id = case_states.case_id
),

case_events as (
    select case_id, 'case_opened' as event_type, opened_at as occurred_at from own_cases
    union all
    -- Escalated from the beginning is not told apart from opened.
    select spans.case_id, 'case_' || spans.state, spans.from_at
    from spans
    inner join own_cases on own_cases.case_id = spans.case_id
    where spans.state in ('escalated', 'resolved')
    union all
    select case_id, 'case_reopened', from_at
    from spans
    where before_until_at is not null and before_until_at < from_at
    union all
    select case_id, 'case_closed', until_at
    from spans
    where until_at is not null and (next_from_at is null or next_from_at > until_at)
    union all
    -- Closed in the instant of its opening: it was never in a state at all.
    select own_cases.case_id, 'case_closed', own_cases.opened_at
    from own_cases
    left join spans on spans.case_id = own_cases.case_id
    where spans.case_id is null
),

requests as (
    select service_requests.*
    from service_requests_on($as_of_on) as service_requests
    inner join scoped_customers on scoped_customers.customer_id = service_requests.customer_id
),

instants as (
    select case_events.case_id as subject_id, case_events.event_type, own_cases.title as event_text, case_events.occurred_at, 'support' as kind
    from case_events
    inner join own_cases on own_cases.case_id = case_events.case_id
    union all
    select service_request_id, 'request_opened', title, opened_at, 'support' from requests
    union all
    select service_request_id, 'request_closed', title, closed_at, 'support' from requests where closed_at is not null
),

own_subscriptions as (
    select subscriptions.*
    from subscriptions
    inner join scoped_customers on scoped_customers.customer_id = subscriptions.customer_id
),

days as (
    select subscription_id as subject_id, 'subscription_started' as event_type, product_name as event_text, started_on as occurred_on
    from own_subscriptions
    where started_on is not null
    union all
    select subscription_id, 'commitment_ended', product_name, commitment_ends_on
    from own_subscriptions
    where commitment_ends_on is not null
    union all
    select subscription_id, 'subscription_gone', product_name, withdrawn_on
    from own_subscriptions
    where withdrawn_on is not null
),

service_events as (
    select
        scoped_customers.customer_id,
        instants.subject_id,
        instants.kind,
        instants.event_type,
        instants.event_text,
        cast(timezone(day_end.time_zone, timezone('UTC', instants.occurred_at)) as date) as occurred_on,
        instants.occurred_at
    from instants
    cross join scoped_customers
    cross join day_end
    where instants.occurred_at < day_end.ends_at
    union all
    select
        scoped_customers.customer_id,
        days.subject_id,
        'subscriptions',
        days.event_type,
        days.event_text,
        days.occurred_on,
        cast(null as timestamp)
    from days
    cross join scoped_customers
    where days.occurred_on <= $as_of_on
    order by occurred_on, occurred_at, event_type, subject_id
)

select * from service_events
