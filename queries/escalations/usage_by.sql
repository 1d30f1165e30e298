-- Service requests and their hours by customer, product, category, severity, month, assignee or support type
-- Grain: one row per by_value.
-- Permission: view_escalations
-- Tables: online_services, category_types
-- Parameter as_of_on date: as of the end of this day.
-- Parameter by text = customer (customer, product, category, severity, month, assignee, support_type): by what the requests are grouped.
-- Parameter support_vehicle text = null (commercial, psfp, asfp, cloud, on_premises): one vehicle; all when left out.
-- Parameter support_plan_id text = null: those that use one plan; all when left out.
-- Parameter is_outside text = null (yes, no): those outside every plan's dates, or those that are not; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- The requests of escalations/requests opened up to the day; product, category, assignee and support type are those of their case, months those of the
-- opening. An empty by_value is a group of its own: a request without a case or a customer, a case that does not say. Months in order, all
-- else by requests, the most first.
with

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

usage_by as (
    select
        facts.by_value,
        case when $by = 'customer' then any_value(facts.customer_name) else facts.by_value end as by_name,
        cast(sum(facts.hours_used) as decimal(18, 4)) as hours_used,
        count(*) as request_count,
        count(*) filter (where facts.closed_at is null or facts.closed_at >= day_end.ends_at) as open_count,
        count(*) filter (where facts.severity = 'A') as severity_a_count,
        count(*) over () as row_count
    from request_facts($as_of_on, $by) as facts
    cross join day_end
    where facts.opened_on <= $as_of_on
        and ($support_vehicle is null or facts.support_vehicle = $support_vehicle)
        and ($support_plan_id is null or facts.support_plan_id = $support_plan_id)
        and ($is_outside is null or (facts.outside_type is not null) = ($is_outside = 'yes'))
        and ($viewer_agent is null or facts.sales_agent = $viewer_agent)
    group by facts.by_value
    order by case when $by = 'month' then facts.by_value end nulls last, request_count desc, by_name, facts.by_value
    limit $row_limit offset $row_offset
)

select * from usage_by
