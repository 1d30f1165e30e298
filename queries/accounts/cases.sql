-- Support cases of one customer opened up to a day, the open ones first, then the newest.
-- Grain: one row per case_id.
-- Permission: view_cases
-- Parameter customer_id text: the customer.
-- Parameter as_of_on date: as of the end of this day.
-- Parameter row_limit integer = null: rows at most; all when left out.
with

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

states_then as (
    select case_states.case_id, case_states.state
    from case_states
    cross join day_end
    where case_states.customer_id = $customer_id
        and case_states.from_at < day_end.ends_at
        and (case_states.until_at is null or case_states.until_at >= day_end.ends_at)
),

-- Closed by that day; what its row says may have come later.
closings as (
    select case_periods.case_id, max(case_periods.until_at) as closed_at
    from case_periods
    cross join day_end
    where case_periods.customer_id = $customer_id and case_periods.until_at < day_end.ends_at
    group by case_periods.case_id
),

own_cases as (
    select
        cases.case_id,
        cases.title,
        cases.case_category,
        cases.severity,
        coalesce(states_then.state, 'closed') as case_status,
        states_then.case_id is not null as is_open,
        cases.opened_at,
        case when states_then.case_id is null then closings.closed_at end as closed_at
    from cases
    inner join customers on customers.customer_id = cases.customer_id
    cross join day_end
    left join states_then on states_then.case_id = cases.case_id
    left join closings on closings.case_id = cases.case_id
    where cases.customer_id = $customer_id
        and cases.opened_at < day_end.ends_at
        and (cases.withdrawn_on is null or cases.withdrawn_on > $as_of_on)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by is_open desc, cases.opened_at desc, cases.case_id
    limit $row_limit
)

select * from own_cases
