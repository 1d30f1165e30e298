-- Reopened: the share of the support cases resolved or closed in a period that were opened again by its end, by group.
-- Grain: one row per dimension_value.
-- Permission: view_cases
-- Tables: online_services, category_types
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter by text = null (vehicle, category, product, assignee, severity, support_type, customer): by what they are grouped; all in one row when left out.
--
-- A case finished late in the period has had little time to be opened again. row_case_count: cases that tell their past by their row
-- alone, where a reopening may be missing. An empty dimension_value is a group of its own: not given, or never sent to Microsoft.
with

finished as (
    select
        dimension_value,
        dimension_name,
        is_reopened,
        is_dated_by_events
    from finished_cases($from_on, $to_on, $viewer_agent, $by)
),

reopened_by as (
    select
        dimension_value,
        coalesce(max(dimension_name), dimension_value) as dimension_name,
        count(*) as finished_case_count,
        count(*) filter (where is_reopened) as reopened_case_count,
        count(*) filter (where not is_dated_by_events) as row_case_count,
        cast(round(count(*) filter (where is_reopened) * 1.0 / count(*), 4) as decimal(18, 4)) as reopened_rate
    from finished
    group by dimension_value
    order by reopened_case_count desc, finished_case_count desc, dimension_name nulls last, dimension_value
)

select * from reopened_by
