-- Backlog of support cases through time: at the beginning of each step, what came, what left, and at its end.
-- Grain: one row per from_on.
-- Permission: view_cases
-- Tables: online_services, category_types
-- Parameter from_on date: first day, in company time.
-- Parameter to_on date: last day, in company time.
-- Parameter step text = day (day, week, month): how long a step is; weeks begin on Monday, and the first and last may be cut short.
-- Parameter case_category text = null: one category; all when left out.
-- Parameter case_subcategory text = null: one subcategory, empty for the cases without one; all when left out.
-- Parameter support_type text = null: billing, subscription_management or technical, empty for none known; all when left out.
-- Parameter online_service text = null: one online service, empty for none known; all when left out.
-- Parameter product_name text = null: one product, empty for the cases without one; all when left out.
-- Parameter severity text = null: A, B or C, empty for the cases without one; all when left out.
-- Parameter assignee text = null: one assignee, empty for the cases without one; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
--
-- opening + created + reopened - closed = closing, at every step. The backlog at an instant is counted by the states of cases at it,
-- what moves by the beginnings and ends of their open periods: neither is worked out from the other.
with

days as (
    select cast(unnest(generate_series($from_on, $to_on, interval 1 day)) as date) as day_on
),

steps as (
    select
        min(days.day_on) as from_on,
        max(days.day_on) as to_on,
        timezone('UTC', timezone(min(build.time_zone), cast(min(days.day_on) as timestamp))) as starts_at,
        timezone('UTC', timezone(min(build.time_zone), cast(max(days.day_on) + 1 as timestamp))) as ends_at
    from days
    cross join build
    group by date_trunc($step, days.day_on)
),

instants as (
    select starts_at as seen_at from steps
    union
    select ends_at from steps
),

cases_seen as (
    select case_id
    from cases_narrowed(
        $viewer_agent, $case_category, $case_subcategory, $support_type, $online_service, $product_name, $severity, $assignee, $customer_id
    )
),

stock as (
    select instants.seen_at, count(*) as case_count
    from instants
    cross join lateral cases_open_at(instants.seen_at) as open_then
    inner join cases_seen on cases_seen.case_id = open_then.case_id
    group by instants.seen_at
),

moves as (
    select
        steps.from_on,
        count(*) filter (where case_moves.move_type = 'created') as created_count,
        count(*) filter (where case_moves.move_type = 'reopened') as reopened_count,
        count(*) filter (where case_moves.move_type = 'closed') as closed_count,
        count(*) filter (where case_moves.is_withdrawn) as withdrawn_count
    from case_moves() as case_moves
    inner join cases_seen on cases_seen.case_id = case_moves.case_id
    inner join steps on case_moves.moved_at >= steps.starts_at and case_moves.moved_at < steps.ends_at
    group by steps.from_on
),

backlog_days as (
    select
        steps.from_on,
        steps.to_on,
        coalesce(opening.case_count, 0) as opening_count,
        coalesce(moves.created_count, 0) as created_count,
        coalesce(moves.reopened_count, 0) as reopened_count,
        coalesce(moves.closed_count, 0) as closed_count,
        coalesce(moves.withdrawn_count, 0) as withdrawn_count,
        coalesce(closing.case_count, 0) as closing_count
    from steps
    left join stock as opening on opening.seen_at = steps.starts_at
    left join stock as closing on closing.seen_at = steps.ends_at
    left join moves on moves.from_on = steps.from_on
    order by steps.from_on
)

select * from backlog_days
