-- Timeline of one support case up to an instant: its events, and its requests to Microsoft.
-- Grain: one row per occurred_at, event_type, service_request_id.
-- Permission: view_cases
-- Parameter case_id text: the case.
-- Parameter at timestamp: the instant; what happened later is not told.
--
-- is_from_row: no event says so, but the case's row. A request of a customer that is not the viewer's is left out.
with

scoped_customers as (
    select customer_id from customers where $viewer_agent is null or sales_agent = $viewer_agent
),

own_case as (
    select cases.case_id, cases.withdrawn_on
    from cases
    inner join scoped_customers on scoped_customers.customer_id = cases.customer_id
    where cases.case_id = $case_id and cases.opened_at < $at
),

own_requests as (
    select service_requests.*
    from service_requests
    inner join own_case on own_case.case_id = service_requests.case_id
    left join scoped_customers on scoped_customers.customer_id = service_requests.customer_id
    where (service_requests.customer_id is null or scoped_customers.customer_id is not null)
        and (service_requests.withdrawn_at is null or service_requests.withdrawn_at >= $at)
),

happened as (
    select
        case_events.case_id,
        cast(null as text) as service_request_id,
        case_events.event_type,
        case_events.actor,
        case_events.note as event_text,
        cast(null as text) as support_vehicle,
        case_events.is_from_row,
        case_events.occurred_at
    from case_events
    inner join own_case on own_case.case_id = case_events.case_id
    union all
    select case_id, null, 'withdrawn', null, null, null, true, timezone('UTC', timezone(build.time_zone, cast(withdrawn_on as timestamp)))
    from own_case
    cross join build
    where withdrawn_on is not null
    union all
    select case_id, service_request_id, 'request_opened', null, title, support_vehicle, false, opened_at from own_requests
    union all
    select case_id, service_request_id, 'request_closed', null, title, support_vehicle, false, closed_at
    from own_requests
    where closed_at is not null
),

case_timeline as (
    select *
    from happened
    where occurred_at < $at
    order by
        occurred_at,
        case event_type when 'opened' then 1 when 'resolved' then 3 when 'closed' then 4 when 'withdrawn' then 5 else 2 end,
        event_type,
        service_request_id
)

select * from case_timeline
