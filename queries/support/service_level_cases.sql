-- Support cases behind the service levels, each with its time taken against its goal, the furthest past it first.
-- Grain: one row per case_id, goal_type.
-- Permission: view_cases
-- Parameter at timestamp: the instant; known is what had happened before it.
-- Parameter from_on date: only cases opened on or after this day, in company time.
-- Parameter to_on date: only cases opened up to this day.
-- Parameter clock text = agreed (agreed, calendar, business): which clock counts; agreed is the one that the rules name for the goal.
-- Parameter goal_type text = null (response, resolution): one goal; both when left out.
-- Parameter goal_status text = null (met, breached, running, none): one state; all when left out.
-- Parameter severity text = null (A, B, C, none): one severity, or what has none; all when left out.
-- Parameter dimension text = category (category, assignee, customer, offer, month): by what dimension_value narrows.
-- Parameter dimension_value text = null: one group of service_level_by; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: business_hours, service_goals
with

records as (
    select *
    from service_records($at, $clock, $from_on, $to_on, 'all', $dimension)
    where ($goal_type is null or goal_type = $goal_type)
        and ($goal_status is null or goal_status = $goal_status)
        and ($severity is null or coalesce(severity, 'none') = $severity)
        and ($dimension_value is null or dimension_value = $dimension_value)
        and ($viewer_agent is null or sales_agent = $viewer_agent)
),

service_level_cases as (
    select
        case_id,
        customer_id,
        goal_type,
        customer_name,
        title,
        case_category,
        severity,
        goal_status,
        case_status,
        clock,
        offer_name,
        assignee,
        is_paused,
        is_dated_by_events,
        opened_at,
        done_at,
        goal_minutes,
        cast(taken_us / 60000000.0 as decimal(18, 4)) as elapsed_minutes,
        cast(-left_us / 60000000.0 as decimal(18, 4)) as over_minutes,
        count(*) over () as row_count
    from records
    order by left_us nulls last, opened_at, case_id, goal_type desc
    limit $row_limit offset $row_offset
)

select * from service_level_cases
