-- Support cases that a customer opened in a period, those that were open at its end, or both, the newest first.
-- Grain: one row per case_id.
-- Permission: view_cases
-- Parameter customer_id text: the customer.
-- Parameter from_on date: first company day of the period.
-- Parameter to_on date: last company day of the period.
-- Parameter counted text = null (cases, open_cases): those opened in the period, or those open at its end; both when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
with

span as (
    select
        timezone('UTC', timezone(time_zone, cast($from_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast($to_on + 1 as timestamp))) as ends_at
    from build
),

states_then as (
    select case_states.case_id, case_states.state
    from case_states
    cross join span
    where case_states.customer_id = $customer_id
        and case_states.from_at < span.ends_at
        and (case_states.until_at is null or case_states.until_at >= span.ends_at)
),

consumed_cases as (
    select
        cases.case_id,
        cases.customer_id,
        cases.title,
        cases.case_category,
        cases.severity,
        coalesce(states_then.state, 'closed') as case_status,
        cases.assignee,
        states_then.case_id is not null as is_open,
        cases.opened_at >= span.starts_at as is_opened_in_period,
        cases.opened_at,
        count(*) over () as row_count
    from cases
    inner join customers on customers.customer_id = cases.customer_id
    cross join span
    left join states_then on states_then.case_id = cases.case_id
    where cases.customer_id = $customer_id
        and cases.opened_at < span.ends_at
        and (
            (cases.opened_at >= span.starts_at and coalesce($counted, 'cases') = 'cases')
            or (states_then.case_id is not null and coalesce($counted, 'open_cases') = 'open_cases')
        )
        and (cases.withdrawn_on is null or cases.withdrawn_on > $to_on)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by cases.opened_at desc, cases.case_id
    limit $row_limit offset $row_offset
)

select * from consumed_cases
