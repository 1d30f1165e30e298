-- Support cases that were resolved or closed in a period, and whether they were opened again by its end.
-- Grain: one row per case_id.
-- Tables: online_services, category_types
-- Parameter first_on date: first day of the period.
-- Parameter last_on date: last day of the period.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter grouped_by text: what goes into dimension_value (vehicle, category, product, assignee, severity, support_type, customer).
--
-- Opened again: after it was resolved or closed in the period, and by the end of it, something other than that was its state. A case
-- without events tells no instant of that; where its row counts reopenings, it counts as opened again before it was closed.
with

span as (
    select
        timezone('UTC', timezone(time_zone, cast(first_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast(last_on + 1 as timestamp))) as ends_at
    from build
),

finishes as (
    select case_events.case_id, min(case_events.occurred_at) as finished_at
    from case_events
    cross join span
    where case_events.event_type in ('resolved', 'closed')
        and case_events.occurred_at >= span.starts_at
        and case_events.occurred_at < span.ends_at
    group by case_events.case_id
),

openings as (
    select finishes.case_id, min(case_states.from_at) as reopened_at
    from finishes
    inner join case_states on case_states.case_id = finishes.case_id
    cross join span
    where case_states.from_at > finishes.finished_at and case_states.from_at < span.ends_at and case_states.state <> 'resolved'
    group by finishes.case_id
),

finished_cases as (
    select
        escalated_cases.*,
        openings.case_id is not null
            or (not escalated_cases.is_dated_by_events and coalesce(cases.reopened_count, 0) > 0) as is_reopened,
        finishes.finished_at,
        openings.reopened_at
    from escalated_cases(last_on, seen_by, grouped_by) as escalated_cases
    inner join cases on cases.case_id = escalated_cases.case_id
    inner join finishes on finishes.case_id = escalated_cases.case_id
    left join openings on openings.case_id = escalated_cases.case_id
)

select * from finished_cases
