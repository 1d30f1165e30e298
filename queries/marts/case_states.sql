-- States of a support case through time, as long as it is open (until = exclusive; null = still).
-- Grain: one row per case_id, from_at.
--
-- With events the past is exact; without them it is read from the case's row, where a reopening may be missing.
-- A case that was withdrawn is open no longer from the beginning of that day, in company time.
with

-- A case is opened once, when its row says so.
state_events as (
    select
        case_events.case_id,
        case_events.occurred_at,
        case_events.event_type,
        case case_events.event_type
            when 'opened' then 1
            when 'resolved' then 4
            when 'closed' then 5
            else case when case_events.is_from_row then 2 else 3 end
        end as event_order
    from case_events
    inner join cases on cases.case_id = case_events.case_id
    where case_events.event_type <> 'replied'
        and (case_events.event_type <> 'opened' or case_events.occurred_at = cases.opened_at)
),

-- Of several events in one instant the last in the order of a case's life decides.
instants as (
    select
        *,
        bool_or(event_type = 'closed') over (partition by case_id, occurred_at) as is_closing,
        bool_or(event_type = 'reopened') over (partition by case_id, occurred_at) as is_reopening,
        row_number() over (partition by case_id, occurred_at order by event_order desc, event_type) as preference
    from state_events
),

-- What is closed stays closed until it is opened again, whatever else is written about it meanwhile. What was closed and opened again in
-- one instant is as open or closed as it was before.
turns as (
    select
        *,
        max(case when is_closing and not is_reopening then occurred_at end)
            over (partition by case_id order by occurred_at rows unbounded preceding) as last_closed_at,
        max(case when is_reopening and not is_closing then occurred_at end)
            over (partition by case_id order by occurred_at rows unbounded preceding) as last_reopened_at
    from instants
    where preference = 1
),

spans as (
    select
        case_id,
        case
            when event_type in ('opened', 'reopened', 'resumed') or (is_closing and is_reopening) then 'open'
            else event_type
        end as state,
        last_closed_at is not null and (last_reopened_at is null or last_reopened_at < last_closed_at) as is_closed,
        occurred_at as from_at,
        lead(occurred_at) over (partition by case_id order by occurred_at) as until_at
    from turns
),

withdrawals as (
    select case_id, timezone('UTC', timezone(build.time_zone, cast(cases.withdrawn_on as timestamp))) as withdrawn_at
    from cases
    cross join build
    where cases.withdrawn_on is not null
),

case_states as (
    select
        spans.case_id,
        cases.customer_id,
        cases.case_category,
        spans.state,
        spans.from_at,
        case
            when withdrawals.withdrawn_at is not null and (spans.until_at is null or spans.until_at > withdrawals.withdrawn_at)
                then withdrawals.withdrawn_at
            else spans.until_at
        end as until_at
    from spans
    inner join cases on cases.case_id = spans.case_id
    left join withdrawals on withdrawals.case_id = spans.case_id
    where not spans.is_closed and (withdrawals.withdrawn_at is null or spans.from_at < withdrawals.withdrawn_at)
)

select * from case_states order by case_id, from_at
