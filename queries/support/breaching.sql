-- Goals that run out until an instant unless something is done, the soonest first; those that wait on the customer last.
-- Grain: one row per case_id, goal_type.
-- Permission: view_cases
-- Parameter at timestamp: the instant; known is what had happened before it.
-- Parameter until_at timestamp: goals that run out before this instant.
-- Parameter clock text = agreed (agreed, calendar, business): which clock counts; agreed is the one that the rules name for the goal.
-- Parameter goal_type text = null (response, resolution): one goal; both when left out.
-- Parameter severity text = null (A, B, C): one severity; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: business_hours, service_goals
--
-- due_at is the last instant at which the goal is still met, by the calendar where business minutes count. A clock that stands still
-- has none (is_paused): it is listed if the goal would run out before the instant, should the customer answer at once.
with

breaching as (
    select
        case_id,
        customer_id,
        goal_type,
        customer_name,
        title,
        case_category,
        severity,
        case_status,
        clock,
        offer_name,
        assignee,
        is_paused,
        is_dated_by_events,
        opened_at,
        case when not is_paused then runs_out_at end as due_at,
        goal_minutes,
        cast(left_us / 60000000.0 as decimal(18, 4)) as left_minutes,
        count(*) over () as row_count
    from service_dues($at, $clock, null, null)
    where runs_out_at < $until_at
        and ($goal_type is null or goal_type = $goal_type)
        and ($severity is null or severity = $severity)
        and ($viewer_agent is null or sales_agent = $viewer_agent)
    order by is_paused, runs_out_at, severity, case_id, goal_type desc
    limit $row_limit offset $row_offset
)

select * from breaching
