-- States of a support case through time, as long as it is not closed (until = exclusive; null = still).
-- Grain: one row per case_id, from_at.
--
-- With events the past is exact; without them it is read from the case's row, where a reopening may be missing.
with

rows_as_events as (
    select case_id, opened_at as occurred_at, 1 as event_order, 'opened' as event_type from cases
    union all
    select cases.case_id, cases.resolved_at, 2, 'resolved'
    from cases
    left join canonical.case_events as events
        on events.case_id = cases.case_id and events.event_type = 'resolved' and events.withdrawn_on is null
    where cases.resolved_at is not null and events.case_id is null
    union all
    select cases.case_id, coalesce(cases.closed_at, cases.resolved_at, cases.opened_at), 3, 'closed'
    from cases
    left join canonical.case_events as events
        on events.case_id = cases.case_id and events.event_type = 'closed' and events.withdrawn_on is null
    where (cases.closed_at is not null or cases.case_status = 'closed') and events.case_id is null
    union all
    -- A row that waits or is escalated, without events to say since when: since it was opened.
    select case_id, opened_at, 2, case_status
    from cases
    where not is_dated_by_events
        and case_status in ('waiting_on_customer', 'escalated')
        and closed_at is null
        and resolved_at is null
),

state_events as (
    select case_id, occurred_at, event_order, event_type from rows_as_events
    union all
    select
        events.case_id,
        greatest(events.occurred_at, cases.opened_at),
        case events.event_type when 'opened' then 1 when 'resolved' then 4 when 'closed' then 5 else 3 end,
        events.event_type
    from canonical.case_events as events
    inner join cases on cases.case_id = events.case_id
    where events.withdrawn_on is null and events.event_type not in ('opened', 'replied')
),

-- Of several events in one instant the last in the order of a case's life decides.
instants as (
    select *
    from state_events
    qualify row_number() over (partition by case_id, occurred_at order by event_order desc, event_type) = 1
),

spans as (
    select
        case_id,
        case
            when event_type in ('opened', 'reopened', 'resumed') then 'open'
            else event_type
        end as state,
        occurred_at as from_at,
        lead(occurred_at) over (partition by case_id order by occurred_at) as until_at
    from instants
),

case_states as (
    select spans.case_id, cases.customer_id, cases.case_category, spans.state, spans.from_at, spans.until_at
    from spans
    inner join cases on cases.case_id = spans.case_id
    where spans.state <> 'closed'
)

select * from case_states order by case_id, from_at
