-- Service requests opened up to a day, newest first.
-- Grain: one row per service_request_id.
-- Permission: view_escalations
-- Tables: online_services, category_types
-- Parameter as_of_on date: as of the end of this day.
-- Parameter support_vehicle text = null (commercial, psfp, asfp, cloud, on_premises): one vehicle; all when left out.
-- Parameter support_plan_id text = null: those that use one plan; all when left out.
-- Parameter is_outside text = null (yes, no): those outside every plan's dates, or those that are not; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter by text = null (customer, product, category, severity, month, assignee, support_type): with by_value, one group of usage_by.
-- Parameter by_value text = null: the group; an empty text is the group without one; all when no by is given.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- outside_type says why a request is outside: no plan of its vehicle ran on the day (none_running), the plan that it names did not run
-- (named_not_running) or is not on record (named_unknown). The commercial vehicle needs no plan.
with

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

requests as (
    select
        facts.service_request_id,
        facts.customer_id,
        facts.customer_name,
        facts.case_id,
        facts.title,
        facts.support_vehicle,
        facts.support_plan_id,
        facts.severity,
        facts.outside_type,
        coalesce(facts.closed_at is null or facts.closed_at >= day_end.ends_at, true) as is_open,
        facts.opened_at,
        case when facts.closed_at < day_end.ends_at then facts.closed_at end as closed_at,
        facts.hours_used,
        count(*) over () as row_count
    from request_facts($as_of_on, $by) as facts
    cross join day_end
    where facts.opened_on <= $as_of_on
        and ($support_vehicle is null or facts.support_vehicle = $support_vehicle)
        and ($support_plan_id is null or facts.support_plan_id = $support_plan_id)
        and ($is_outside is null or (facts.outside_type is not null) = ($is_outside = 'yes'))
        and ($customer_id is null or facts.customer_id = $customer_id)
        and ($by is null or coalesce(facts.by_value, '') = coalesce($by_value, ''))
        and ($viewer_agent is null or facts.sales_agent = $viewer_agent)
    order by facts.opened_at desc, facts.service_request_id
    limit $row_limit offset $row_offset
)

select * from requests
