-- The clock of each case's first response and resolution at an instant: time taken, time given, and whether the goal is met.
-- Grain: one row per case_id, goal_type.
-- Parameter seen_at timestamp: the instant; known is what had happened before it.
-- Parameter counted_by text: which clock counts: calendar, business, or agreed (the one that the rules name for the goal).
-- Parameter opened_from_on date: only cases opened on or after this day, in company time; all when null.
-- Parameter opened_to_on date: only cases opened up to this day; all when null.
-- Parameter counted_cases text: all, or unresolved: only those unresolved at the instant, as all with a running goal are.
-- Tables: business_hours, service_goals
--
-- A table macro of the warehouse. The response's clock runs from the opening to the first answer: a reply, a question back, the
-- resolution or the closing, whichever came first; the resolution's until the case is resolved or closed for good, as far as is known at
-- the instant. It stands still while the case waits on the customer or is resolved or closed before a reopening, where events tell it:
-- a case read from its row alone (is_dated_by_events false) is taken to have run all the time.
-- goal_status: met (done within the goal, the last moment included), breached (past it, done or not), running (neither), none (no promise,
-- no severity, or a row that says that the case is over where nothing says since when). Times are whole microseconds (_us).
with

withdrawals as (
    select case_id, timezone('UTC', timezone(build.time_zone, cast(cases.withdrawn_on as timestamp))) as withdrawn_at
    from cases
    cross join build
    where cases.withdrawn_on is not null
),

-- Of the few whose row says that they are over, and not since when: events may.
endings as (
    select distinct case_events.case_id
    from case_events
    inner join cases on cases.case_id = case_events.case_id
    where cases.case_status in ('resolved', 'closed')
        and cases.resolved_at is null
        and cases.closed_at is null
        and case_events.event_type in ('resolved', 'closed')
        and not case_events.is_from_row
),

known as (
    select
        cases.case_id,
        cases.customer_id,
        cases.severity,
        cases.is_dated_by_events,
        -- Its row says that it is over, and nothing says since when.
        cases.case_status in ('resolved', 'closed')
            and cases.resolved_at is null
            and cases.closed_at is null
            and endings.case_id is null as is_end_unknown,
        cases.opened_at,
        cases.first_replied_at
    from cases
    cross join build
    left join withdrawals on withdrawals.case_id = cases.case_id
    left join endings on endings.case_id = cases.case_id
    where cases.opened_at < seen_at
        and (
            opened_from_on is null
            or cases.opened_at >= timezone('UTC', timezone(build.time_zone, cast(opened_from_on as timestamp)))
        )
        and (
            opened_to_on is null
            or cases.opened_at < timezone('UTC', timezone(build.time_zone, cast(opened_to_on + 1 as timestamp)))
        )
        and (withdrawals.withdrawn_at is null or withdrawals.withdrawn_at >= seen_at)
        and (
            counted_cases <> 'unresolved'
            or cases.case_id in (
                select case_states.case_id
                from case_states
                where case_states.from_at < seen_at
                    and (case_states.until_at is null or case_states.until_at >= seen_at)
                    and case_states.state <> 'resolved'
            )
        )
),

known_events as (
    select
        case_events.case_id,
        case_events.event_type,
        case_events.actor,
        case_events.is_from_row,
        case_events.occurred_at,
        known.is_end_unknown
    from case_events
    inner join known on known.case_id = case_events.case_id
),

-- What the customer wrote answers nobody. Since when a case without events waits is not known, so that is no answer either.
-- What an event says is looked at last: of all events those of the cases counted are few.
judged_events as (
    select
        case_id,
        event_type,
        occurred_at,
        case event_type
            when 'replied' then not coalesce(lower(trim(actor)) = 'customer', false)
            when 'waiting_on_customer' then not is_from_row
            when 'resolved' then true
            when 'closed' then not is_end_unknown
            else false
        end as is_answer
    from known_events
),

answers as (
    select
        case_id,
        min(occurred_at) filter (where is_answer and occurred_at < seen_at) as answered_at,
        -- At any time: an answer that events date later is not taken from the row before they do.
        coalesce(bool_or(is_answer and event_type = 'replied'), false) as has_reply
    from judged_events
    group by case_id
),

responses as (
    select
        known.case_id,
        case
            when coalesce(answers.has_reply, false) or known.first_replied_at is null or known.first_replied_at >= seen_at
                then answers.answered_at
            else least(answers.answered_at, greatest(known.first_replied_at, known.opened_at))
        end as done_at
    from known
    left join answers on answers.case_id = known.case_id
),

states as (
    select
        case_states.case_id,
        case_states.state,
        case_states.from_at,
        least(case_states.until_at, seen_at) as until_at,
        case_states.until_at is null or case_states.until_at >= seen_at as is_current,
        case_states.state <> 'resolved' and (case_states.state <> 'waiting_on_customer' or not known.is_dated_by_events) as is_running
    from case_states
    inner join known on known.case_id = case_states.case_id
    where case_states.from_at < seen_at
),

lives as (
    select
        case_id,
        max(state) filter (where is_current) as case_status,
        max(until_at) filter (where state <> 'resolved') as worked_until_at,
        coalesce(bool_or(is_current and state <> 'resolved'), false) as is_unresolved,
        coalesce(bool_or(is_current and not is_running and state = 'waiting_on_customer'), false) as is_paused
    from states
    group by case_id
),

goal_types as (
    select * from (values ('response'), ('resolution')) as types (goal_type)
),

-- Both clocks of every case; a case that was closed in the instant of its opening has no states.
cases_by_goal as (
    select
        known.case_id,
        known.customer_id,
        known.severity,
        goal_types.goal_type,
        coalesce(lives.case_status, 'closed') as case_status,
        known.is_dated_by_events,
        known.is_end_unknown,
        goal_types.goal_type = 'resolution' and coalesce(lives.is_paused, false) as is_paused,
        known.opened_at,
        case
            when goal_types.goal_type = 'response' then responses.done_at
            when not known.is_end_unknown and not coalesce(lives.is_unresolved, false) then coalesce(lives.worked_until_at, known.opened_at)
        end as done_at
    from known
    cross join goal_types
    inner join responses on responses.case_id = known.case_id
    left join lives on lives.case_id = known.case_id
),

-- Where a clock begins to run (-1) and where it stops (1): time taken is the sum of the signed instants.
points as (
    select case_id, goal_type, opened_at as ticked_at, -1 as sign from cases_by_goal where goal_type = 'response'
    union all
    select case_id, goal_type, coalesce(done_at, seen_at), 1 from cases_by_goal where goal_type = 'response'
    union all
    select case_id, 'resolution', from_at, -1 from states where is_running
    union all
    select case_id, 'resolution', until_at, 1 from states where is_running
),

taken as (
    select
        points.case_id,
        points.goal_type,
        sum(points.sign * epoch_us(points.ticked_at)) as calendar_us,
        sum(points.sign * coalesce(
            business_hours.minutes_before * 60000000
            + least(epoch_us(points.ticked_at), epoch_us(business_hours.closes_at)) - epoch_us(business_hours.opens_at),
            0
        )) as business_us
    from points
    asof left join business_hours on points.ticked_at >= business_hours.opens_at
    group by points.case_id, points.goal_type
),

-- Of several offers the most demanding one is the promise.
promises as (
    select
        offers.customer_id,
        severities.severity,
        min(severities.response_minutes) as response_minutes,
        arg_min(offers.offer_name, (severities.response_minutes, offers.offer_name)) as offer_name
    from support_offers as offers
    cross join build
    cross join lateral (values
        ('A', offers.response_minutes_a), ('B', offers.response_minutes_b), ('C', offers.response_minutes_c)
    ) as severities (severity, response_minutes)
    where severities.response_minutes is not null
        and (
            offers.withdrawn_on is null
            or timezone('UTC', timezone(build.time_zone, cast(offers.withdrawn_on as timestamp))) >= seen_at
        )
    group by offers.customer_id, severities.severity
),

given as (
    select
        cases_by_goal.*,
        promises.offer_name,
        case when counted_by = 'agreed' then coalesce(service_goals.clock, 'calendar') else counted_by end as clock,
        case when cases_by_goal.goal_type = 'response' then promises.response_minutes else service_goals.goal_minutes end as goal_minutes,
        cast(coalesce(taken.calendar_us, 0) as bigint) as calendar_us,
        cast(coalesce(taken.business_us, 0) as bigint) as business_us
    from cases_by_goal
    left join taken on taken.case_id = cases_by_goal.case_id and taken.goal_type = cases_by_goal.goal_type
    left join promises on promises.customer_id = cases_by_goal.customer_id and promises.severity = cases_by_goal.severity
    left join service_goals
        on service_goals.goal_type = cases_by_goal.goal_type and service_goals.severity = cases_by_goal.severity
),

counted as (
    select
        *,
        case when clock = 'business' then business_us else calendar_us end as taken_us,
        cast(goal_minutes as bigint) * 60000000 as goal_us
    from given
),

service_clocks as (
    select
        * exclude (is_end_unknown),
        case
            when goal_us is null or (is_end_unknown and done_at is null) then 'none'
            when taken_us > goal_us then 'breached'
            when done_at is null then 'running'
            else 'met'
        end as goal_status
    from counted
)

select * from service_clocks
