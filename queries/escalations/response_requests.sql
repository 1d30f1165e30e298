-- Service requests behind Microsoft's response targets, each with what tells of the first answer, the newest first.
-- Grain: one row per service_request_id.
-- Permission: view_escalations
-- Parameter at timestamp: the instant; known is what had happened before it.
-- Parameter from_on date: only requests opened on or after this day, in company time.
-- Parameter to_on date: only requests opened up to this day.
-- Parameter severity text = null (A, B, C, none): one severity, or what has none; all when left out.
-- Parameter response_status text = null (met, breached, running, unknown, none): one state; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: business_hours, service_goals
with

response_requests as (
    select
        responses.service_request_id,
        responses.case_id,
        customers.customer_id,
        customers.customer_name,
        responses.title,
        responses.support_vehicle,
        responses.severity,
        responses.response_status,
        responses.clock,
        responses.opened_at,
        responses.answered_at,
        responses.closed_at,
        responses.goal_minutes,
        cast(responses.taken_us / 60000000.0 as decimal(18, 4)) as elapsed_minutes,
        count(*) over () as row_count
    from microsoft_responses($at, $from_on, $to_on) as responses
    left join customers on customers.customer_id = responses.customer_id
    where ($severity is null or coalesce(responses.severity, 'none') = $severity)
        and ($response_status is null or responses.response_status = $response_status)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by responses.opened_at desc, responses.service_request_id
    limit $row_limit offset $row_offset
)

select * from response_requests
