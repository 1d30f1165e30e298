-- Service levels of one support case as known at an instant: goal, time taken, whether it is met, and when it runs out.
-- Grain: one row per goal_type.
-- Permission: view_cases
-- Parameter case_id text: the case.
-- Parameter at timestamp: the instant; known is what had happened before it.
-- Tables: business_hours, service_goals
--
-- Each goal by the clock that the rules name for it. due_at is the last instant at which the goal is still met; empty for one that is
-- done or past, and while its clock stands still.
with

-- Clocks are reckoned for the cases of that day alone.
opening as (
    select cast(timezone(build.time_zone, timezone('UTC', cases.opened_at)) as date) as opened_on
    from cases
    cross join build
    where cases.case_id = $case_id
),

records as (
    select *
    from service_records($at, 'agreed', (select opened_on from opening), (select opened_on from opening), 'all', 'category')
    where case_id = $case_id and ($viewer_agent is null or sales_agent = $viewer_agent)
),

case_levels as (
    select
        records.case_id,
        records.goal_type,
        records.goal_status,
        records.clock,
        records.offer_name,
        records.is_paused,
        records.done_at,
        case when not records.is_paused then dues.runs_out_at end as due_at,
        records.goal_minutes,
        cast(records.taken_us / 60000000.0 as decimal(18, 4)) as elapsed_minutes
    from records
    left join service_dues($at, 'agreed', (select opened_on from opening), (select opened_on from opening)) as dues
        on dues.case_id = records.case_id and dues.goal_type = records.goal_type
    order by records.goal_type desc
)

select * from case_levels
