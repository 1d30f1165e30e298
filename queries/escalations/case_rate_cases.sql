-- Support cases behind the figures of a period: opened, escalated, first escalated, resolved or closed, or opened again in it.
-- Grain: one row per case_id.
-- Permission: view_escalations
-- Tables: online_services, category_types
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter figure text = opened (opened, escalated, first_escalated, finished, reopened): of the cases opened in the period all, or those escalated; those first escalated in it; those resolved or closed in it, or of these those opened again.
-- Parameter by text = null (vehicle, category, product, assignee, severity, support_type, customer): by what they are grouped; with dimension_value, one group.
-- Parameter dimension_value text = null: the group, if `by` is given; the one without a value when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- The newest first; of all that were opened, the escalated ones before the others.
with

span as (
    select
        timezone('UTC', timezone(time_zone, cast($from_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast($to_on + 1 as timestamp))) as ends_at
    from build
),

finished as (
    select case_id, is_reopened, finished_at, reopened_at
    from finished_cases($from_on, $to_on, $viewer_agent, null)
),

found as (
    select
        escalated_cases.case_id,
        escalated_cases.customer_id,
        escalated_cases.customer_name,
        escalated_cases.title,
        escalated_cases.case_category,
        escalated_cases.support_type,
        escalated_cases.product_name,
        escalated_cases.severity,
        escalated_cases.assignee,
        escalated_cases.support_vehicle,
        escalated_cases.is_escalated,
        coalesce(finished.is_reopened, false) as is_reopened,
        escalated_cases.opened_at,
        case when escalated_cases.is_escalation_dated then escalated_cases.escalated_at end as escalated_at,
        finished.finished_at,
        finished.reopened_at,
        case
            when escalated_cases.is_escalation_dated
                then epoch(escalated_cases.escalated_at - escalated_cases.opened_at) / 60.0
        end as to_escalation_minutes
    from escalated_cases($to_on, $viewer_agent, $by) as escalated_cases
    cross join span
    left join finished on finished.case_id = escalated_cases.case_id
    where ($by is null or escalated_cases.dimension_value is not distinct from $dimension_value)
        and case $figure
            when 'opened' then escalated_cases.opened_on between $from_on and $to_on
            when 'escalated' then escalated_cases.opened_on between $from_on and $to_on and escalated_cases.is_escalated
            when 'first_escalated' then escalated_cases.is_escalated
                and escalated_cases.escalated_at >= span.starts_at and escalated_cases.escalated_at < span.ends_at
            when 'finished' then finished.case_id is not null
            else coalesce(finished.is_reopened, false)
        end
),

case_rate_cases as (
    select *, count(*) over () as row_count
    from found
    order by ($figure = 'opened' and is_escalated) desc, opened_at desc, case_id
    limit $row_limit offset $row_offset
)

select * from case_rate_cases
