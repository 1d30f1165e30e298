-- Time to escalate: from the opening of a support case to its first request to Microsoft or escalation, by group.
-- Grain: one row per dimension_value.
-- Permission: view_escalations
-- Tables: online_services, category_types, business_hours
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter by text = null (vehicle, category, product, assignee, severity, support_type, customer): by what they are grouped; all in one row when left out.
--
-- Of the cases first escalated in the period, whenever they were opened. Percentiles are continuous; business minutes are those of the
-- partner's working time. undated_case_count: cases opened in
-- the period of which only their row says that they are escalated, not since when; they are in no time.
with

span as (
    select
        timezone('UTC', timezone(time_zone, cast($from_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast($to_on + 1 as timestamp))) as ends_at
    from build
),

escalated as (
    select
        found.case_id,
        found.dimension_value,
        found.dimension_name,
        found.is_escalation_dated,
        found.opened_at,
        found.escalated_at
    from escalated_cases($to_on, $viewer_agent, $by) as found
    cross join span
    where found.is_escalated and found.escalated_at >= span.starts_at and found.escalated_at < span.ends_at
),

-- Working time before an instant is that of the openings before, and of the one it falls into: opening (-1) to escalation (1).
points as (
    select case_id, opened_at as ticked_at, -1 as sign from escalated
    union all
    select case_id, escalated_at, 1 from escalated
),

worked as (
    select
        points.case_id,
        cast(sum(points.sign * coalesce(
            business_hours.minutes_before * 60000000
            + least(epoch_us(points.ticked_at), epoch_us(business_hours.closes_at)) - epoch_us(business_hours.opens_at),
            0
        )) as bigint) as worked_us
    from points
    asof left join business_hours on points.ticked_at >= business_hours.opens_at
    group by points.case_id
),

timed as (
    select
        escalated.*,
        epoch(escalated.escalated_at - escalated.opened_at) / 60.0 as minutes,
        worked.worked_us / 60000000.0 as business_minutes
    from escalated
    inner join worked on worked.case_id = escalated.case_id
),

time_to_escalate as (
    select
        dimension_value,
        coalesce(max(dimension_name), dimension_value) as dimension_name,
        count(*) filter (where is_escalation_dated) as case_count,
        count(*) filter (where not is_escalation_dated) as undated_case_count,
        quantile_cont(minutes, 0.5) filter (where is_escalation_dated) as minutes_p50,
        quantile_cont(minutes, 0.9) filter (where is_escalation_dated) as minutes_p90,
        quantile_cont(business_minutes, 0.5) filter (where is_escalation_dated) as business_minutes_p50,
        quantile_cont(business_minutes, 0.9) filter (where is_escalation_dated) as business_minutes_p90
    from timed
    group by dimension_value
    order by case_count desc, dimension_name nulls last, dimension_value
)

select * from time_to_escalate
