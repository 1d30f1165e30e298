-- The backlog of support cases at every instant is that of the instant before, and what was created, reopened and closed between them
-- Grain: one row per case_id, moved_at.
-- Level: fail
--
-- A difference that is none at every instant is none on every day, in every step and in every group of cases.
with

stock_side as (
    select case_id, from_at as moved_at, 1 as case_count from case_states
    union all
    select case_id, until_at, -1 from case_states where until_at is not null
),

-- Created as its row says; reopened and closed as its open periods say.
move_side as (
    select cases.case_id, cases.opened_at as moved_at, 1 as case_count
    from cases
    cross join build
    where cases.withdrawn_on is null
        or cases.opened_at < timezone('UTC', timezone(build.time_zone, cast(cases.withdrawn_on as timestamp)))
    union all
    select case_id, from_at, 1 from case_periods where is_reopening
    union all
    select case_id, until_at, -1 from case_periods where until_at is not null
),

both_sides as (
    select case_id, moved_at, case_count from stock_side
    union all
    select case_id, moved_at, -case_count from move_side
),

backlog_moves as (
    select case_id, moved_at, sum(case_count) as difference_count
    from both_sides
    group by case_id, moved_at
    having sum(case_count) <> 0
    order by case_id, moved_at
)

select * from backlog_moves
