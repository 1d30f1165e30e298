-- The state of support in one row: open cases, severity A among them, open service requests.
-- Grain: one row per as_of_on.
-- Permission: view_cases
-- Parameter as_of_on date: as of the end of this day.
with

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

scoped_customers as (
    select customer_id from customers where $viewer_agent is null or sales_agent = $viewer_agent
),

open_cases as (
    select case_states.state, cases.severity
    from case_states
    inner join cases on cases.case_id = case_states.case_id
    inner join scoped_customers on scoped_customers.customer_id = cases.customer_id
    cross join day_end
    where case_states.from_at < day_end.ends_at
        and (case_states.until_at is null or case_states.until_at >= day_end.ends_at)
),

case_counts as (
    select
        count(*) as open_case_count,
        count(*) filter (where state <> 'resolved') as unresolved_count,
        count(*) filter (where severity = 'A') as open_severity_a_count
    from open_cases
),

request_counts as (
    select count(*) as open_request_count
    from service_requests_on($as_of_on) as service_requests
    left join scoped_customers on scoped_customers.customer_id = service_requests.customer_id
    cross join day_end
    where ($viewer_agent is null or scoped_customers.customer_id is not null)
        and service_requests.opened_at < day_end.ends_at
        and (service_requests.closed_at is null or service_requests.closed_at >= day_end.ends_at)
),

support_summary as (
    select $as_of_on as as_of_on, case_counts.*, request_counts.*
    from case_counts
    cross join request_counts
)

select * from support_summary
