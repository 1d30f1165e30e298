-- The instant that a day is looked at from, for what will happen next, and the instant up to which that is asked.
-- Grain: one row per until_at.
-- Permission: view_cases
-- Parameter as_of_on date: the day looked at, in company time.
--
-- The day of the newest data is not over: it is looked at from just after its newest instant on record (known is what happened before the
-- instant; from its beginning, if there is none), up to its end. An earlier day is over: from its end, up to the end of the next one. A later one has not begun: from its beginning.
with

day as (
    select
        as_of_on,
        timezone('UTC', timezone(time_zone, cast($as_of_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at,
        timezone('UTC', timezone(time_zone, cast($as_of_on + 2 as timestamp))) as next_ends_at
    from build
),

instants as (
    select occurred_at from case_events
    union all
    select opened_at from service_requests
    union all
    select closed_at from service_requests
),

newest as (
    select max(instants.occurred_at) as occurred_at
    from instants
    cross join day
    where instants.occurred_at >= day.starts_at and instants.occurred_at < day.ends_at
),

moment as (
    select
        case
            when $as_of_on < day.as_of_on then day.ends_at
            when $as_of_on > day.as_of_on then day.starts_at
            else coalesce(newest.occurred_at + to_microseconds(1), day.starts_at)
        end as at,
        case when $as_of_on < day.as_of_on then day.next_ends_at else day.ends_at end as until_at
    from day
    cross join newest
)

select * from moment
