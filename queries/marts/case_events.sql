-- Events of support cases: those that were recorded, and those that a case's row tells where no event of that kind was.
-- Grain: one row per case_id, occurred_at, event_type.
--
-- Nothing happens to a case before it was opened: an earlier event counts from then. Where a case has no events, its
-- row says when it was opened, first answered, resolved and closed, and what it waits for since it was opened.
with

recorded as (
    select
        events.case_id,
        greatest(events.occurred_at, cases.opened_at) as occurred_at,
        events.event_type,
        min(events.actor) as actor,
        min(events.note) as note
    from canonical.case_events as events
    inner join cases on cases.case_id = events.case_id
    where events.withdrawn_on is null
    group by 1, 2, 3
),

-- What the customer wrote is no reply of ours: the row still says when that was.
kinds as (
    select distinct case_id, event_type
    from recorded
    where event_type <> 'replied' or coalesce(lower(trim(actor)), '') <> 'customer'
),

last_events as (
    select
        case_id,
        max(occurred_at) as occurred_at,
        max(case when event_type = 'closed' then occurred_at end) as closed_at,
        max(case when event_type = 'reopened' then occurred_at end) as reopened_at
    from recorded
    group by case_id
),

-- Opened again by their events, and closed after that by their row alone.
cases_again_closed as (
    select cases.case_id, cases.closed_at
    from cases
    inner join last_events on last_events.case_id = cases.case_id
    where cases.case_status = 'closed'
        and cases.closed_at > last_events.reopened_at
        and last_events.reopened_at > last_events.closed_at
),

told_by_rows as (
    select case_id, opened_at as occurred_at, 'opened' as event_type from cases
    union all
    select case_id, greatest(first_replied_at, opened_at), 'replied' from cases where first_replied_at is not null
    union all
    select case_id, greatest(resolved_at, opened_at), 'resolved' from cases where resolved_at is not null
    union all
    -- Closed without saying when: with the last thing known of it.
    select
        cases.case_id,
        greatest(coalesce(cases.closed_at, greatest(cases.resolved_at, last_events.occurred_at), cases.opened_at), cases.opened_at),
        'closed'
    from cases
    left join last_events on last_events.case_id = cases.case_id
    where cases.closed_at is not null or cases.case_status = 'closed'
    union all
    -- A row that waits or is escalated, without events to say since when: since it was opened.
    select case_id, opened_at, case_status
    from cases
    where not is_dated_by_events
        and case_status in ('waiting_on_customer', 'escalated')
        and closed_at is null
        and resolved_at is null
),

case_events as (
    select *, false as is_from_row from recorded
    union all
    select told_by_rows.case_id, told_by_rows.occurred_at, told_by_rows.event_type, null, null, true
    from told_by_rows
    left join kinds on kinds.case_id = told_by_rows.case_id and kinds.event_type = told_by_rows.event_type
    left join cases_again_closed as again
        on again.case_id = told_by_rows.case_id
        and again.closed_at = told_by_rows.occurred_at
        and told_by_rows.event_type = 'closed'
    left join recorded
        on recorded.case_id = told_by_rows.case_id
        and recorded.event_type = told_by_rows.event_type
        and recorded.occurred_at = told_by_rows.occurred_at
    -- It is opened by its row whatever its events say; everything else only if they say nothing of it.
    where recorded.case_id is null
        and (kinds.case_id is null or told_by_rows.event_type = 'opened' or again.case_id is not null)
)

select * from case_events order by case_id, occurred_at, event_type
