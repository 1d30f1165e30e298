-- Microsoft's first response to each service request as far as anything tells it, against the rules' target for its severity.
-- Grain: one row per service_request_id.
-- Parameter seen_at timestamp: the instant; known is what had happened before it.
-- Parameter opened_from_on date: only requests opened on or after this day, in company time.
-- Parameter opened_to_on date: only requests opened up to this day.
-- Tables: business_hours, service_goals
--
-- A table macro of the warehouse. A request does not say when Microsoft first answered. The first event of its case after the request was
-- opened that is neither another escalation nor the customer's tells by when it had, and so does the request's closing; only an event of
-- Microsoft's own (actor `microsoft`) tells when.
-- response_status: met (answered by then, within the target); breached (Microsoft's own first event came later, and nothing tells of an
-- answer before); running (nothing tells yet, the target is not over); unknown (all else past the target): never a breach; none (no
-- severity, no target for it, or a commercial request: for those none is published).
with

requests as (
    select service_requests.*
    from service_requests
    where service_requests.opened_at < seen_at
        and (service_requests.withdrawn_at is null or service_requests.withdrawn_at >= seen_at)
        and service_requests.opened_on between opened_from_on and opened_to_on
),

answers as (
    select
        requests.service_request_id,
        min(case_events.occurred_at) as answered_at,
        min(case_events.occurred_at) filter (where lower(trim(case_events.actor)) = 'microsoft') as answered_by_microsoft_at
    from requests
    inner join case_events on case_events.case_id = requests.case_id
    where case_events.occurred_at > requests.opened_at
        and case_events.occurred_at < seen_at
        and not case_events.is_from_row
        and case_events.event_type <> 'escalated'
        and coalesce(lower(trim(case_events.actor)), '') <> 'customer'
    group by requests.service_request_id
),

ended as (
    select
        requests.service_request_id,
        requests.customer_id,
        requests.case_id,
        requests.title,
        requests.support_vehicle,
        requests.severity,
        requests.opened_at,
        case when requests.closed_at < seen_at then greatest(requests.closed_at, requests.opened_at) end as closed_at,
        answers.answered_at,
        coalesce(answers.answered_by_microsoft_at = answers.answered_at, false) as is_dated_by_microsoft,
        service_goals.goal_minutes,
        coalesce(service_goals.clock, 'calendar') as clock
    from requests
    left join answers on answers.service_request_id = requests.service_request_id
    left join service_goals
        on service_goals.goal_type = 'microsoft_response'
        and service_goals.severity = requests.severity
        and requests.support_vehicle <> 'commercial'
),

-- Time taken to the first of both, or so far: from the opening (-1) to then (1).
points as (
    select service_request_id, clock, opened_at as ticked_at, -1 as sign from ended
    union all
    select service_request_id, clock, coalesce(least(answered_at, closed_at), seen_at), 1 from ended
),

taken as (
    select
        points.service_request_id,
        cast(sum(points.sign * case
            when points.clock = 'calendar' then epoch_us(points.ticked_at)
            else coalesce(
                business_hours.minutes_before * 60000000
                + least(epoch_us(points.ticked_at), epoch_us(business_hours.closes_at)) - epoch_us(business_hours.opens_at),
                0
            )
        end) as bigint) as taken_us
    from points
    asof left join business_hours on points.ticked_at >= business_hours.opens_at
    group by points.service_request_id
),

microsoft_responses as (
    select
        ended.*,
        taken.taken_us,
        case
            when ended.goal_minutes is null then 'none'
            when ended.answered_at is null and ended.closed_at is null
                then case when taken.taken_us <= cast(ended.goal_minutes as bigint) * 60000000 then 'running' else 'unknown' end
            when taken.taken_us <= cast(ended.goal_minutes as bigint) * 60000000 then 'met'
            -- Whatever answered it before it was closed, or before somebody here went on with the case, left no event.
            when ended.is_dated_by_microsoft and (ended.closed_at is null or ended.answered_at <= ended.closed_at) then 'breached'
            else 'unknown'
        end as response_status
    from ended
    inner join taken on taken.service_request_id = ended.service_request_id
)

select * from microsoft_responses
