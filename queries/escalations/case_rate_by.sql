-- Who escalates what: support cases of a period, how many of them were escalated, and the requests to Microsoft, by group.
-- Grain: one row per dimension_value.
-- Permission: view_escalations
-- Tables: online_services, category_types, vehicle_scopes
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter by text = category (vehicle, category, product, assignee, severity, support_type, customer): by what they are grouped.
--
-- Cases are those opened in the period, escalated those of them that were by its end; requests are those opened in the period, whenever
-- their case was, in their case's group. An empty dimension_value is a group of its own: not given, or a request without a case. A case
-- is of the vehicle of its first request. escalated_rate = escalated cases / cases; request_rate = the group's share of all requests.
with

opened_cases as (
    select
        dimension_value,
        dimension_name,
        is_escalated
    from escalated_cases($to_on, $viewer_agent, $by)
    where opened_on between $from_on and $to_on
),

requests as (
    select
        dimension_value,
        dimension_name
    from rate_requests($from_on, $to_on, $viewer_agent, $by)
),

facts as (
    select dimension_value, dimension_name, 1 as case_count, cast(is_escalated as integer) as escalated_case_count, 0 as request_count
    from opened_cases
    union all
    select dimension_value, dimension_name, 0, 0, 1
    from requests
),

sums as (
    select
        dimension_value,
        coalesce(max(dimension_name), dimension_value) as dimension_name,
        cast(sum(case_count) as bigint) as case_count,
        cast(sum(escalated_case_count) as bigint) as escalated_case_count,
        cast(sum(request_count) as bigint) as request_count
    from facts
    group by dimension_value
),

case_rate_by as (
    select
        *,
        cast(round(escalated_case_count * 1.0 / nullif(case_count, 0), 4) as decimal(18, 4)) as escalated_rate,
        cast(round(request_count * 1.0 / nullif(sum(request_count) over (), 0), 4) as decimal(18, 4)) as request_rate,
        cast(round(request_count * 100.0 / nullif(case_count, 0), 4) as decimal(18, 4)) as requests_per_100_cases
    from sums
    order by request_count desc, escalated_case_count desc, case_count desc, dimension_name nulls last, dimension_value
)

select * from case_rate_by
