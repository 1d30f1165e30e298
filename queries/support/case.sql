-- One support case as it stood at an instant; nothing that came later.
-- Grain: one row per case_id.
-- Permission: view_cases
-- Tables: online_services, category_types
-- Parameter case_id text: the case.
-- Parameter at timestamp: the instant; a case is there if it was opened before it.
with

first_replies as (
    select min(occurred_at) as first_replied_at
    from case_events
    where case_id = $case_id and event_type = 'replied' and not coalesce(lower(trim(actor)) = 'customer', false)
),

periods as (
    select
        max(until_at) filter (where until_at < $at) as ended_at,
        arg_max(is_withdrawn_at_end, until_at) filter (where until_at < $at) as is_withdrawn,
        count(*) filter (where is_reopening and from_at < $at) as reopened_count
    from case_periods
    where case_id = $case_id
),

case_then as (
    select
        cases_seen.case_id,
        cases_seen.customer_id,
        cases_seen.customer_name,
        cases_seen.title,
        cases_seen.case_category,
        cases_seen.case_subcategory,
        cases_seen.support_type,
        cases_seen.online_service,
        cases_seen.platform,
        cases_seen.product_name,
        cases_seen.severity,
        coalesce(open_then.case_status, case when periods.is_withdrawn then 'withdrawn' else 'closed' end) as case_status,
        cases_seen.assignee,
        cases_seen.channel,
        open_then.case_id is not null as is_open,
        cases_seen.is_dated_by_events,
        cases_seen.opened_at,
        case when first_replies.first_replied_at < $at then first_replies.first_replied_at end as first_replied_at,
        case when open_then.case_id is null then periods.ended_at end as closed_at,
        open_then.age_days,
        periods.reopened_count
    from cases_narrowed($viewer_agent, null, null, null, null, null, null, null, null) as cases_seen
    cross join first_replies
    cross join periods
    left join cases_open_at($at) as open_then on open_then.case_id = cases_seen.case_id
    where cases_seen.case_id = $case_id and cases_seen.opened_at < $at
)

select * from case_then
