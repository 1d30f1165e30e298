-- Open severity A cases that hold a suspension back, or whose customer has an open suspension mark, at an instant. No amounts.
-- Grain: one row per case_id, currency.
-- Permission: view_flags
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: stages_now, marks_now
--
-- Without the case (and the other reasons of hold_reasons, if there are any) the policy would flag the customer in that currency.
with

concerned as (
    select
        coalesce(stages_now.customer_id, marks_now.customer_id) as customer_id,
        coalesce(stages_now.currency, marks_now.currency) as currency,
        stages_now.stage,
        stages_now.hold_reasons,
        marks_now.mark_status,
        marks_now.marked_by,
        coalesce(list_contains(string_split(stages_now.hold_reasons, '; '), 'severity_a_case'), false) as is_held_by_case
    from stages_now
    full join marks_now on marks_now.customer_id = stages_now.customer_id and marks_now.currency = stages_now.currency
),

severity_a_marks as (
    select
        cases.case_id,
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        concerned.currency,
        cases.title,
        case_states.state as case_status,
        cases.assignee,
        concerned.stage,
        concerned.hold_reasons,
        concerned.mark_status,
        concerned.marked_by,
        concerned.is_held_by_case,
        cases.opened_at,
        epoch($at - cases.opened_at) / 86400.0 as age_days,
        count(*) over () as row_count
    from case_states
    inner join cases on cases.case_id = case_states.case_id
    inner join customers on customers.customer_id = cases.customer_id
    inner join concerned on concerned.customer_id = cases.customer_id
    where cases.severity = 'A'
        and (concerned.is_held_by_case or concerned.mark_status is not null)
        and case_states.from_at < $at
        and (case_states.until_at is null or case_states.until_at >= $at)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by concerned.mark_status is null, cases.opened_at, cases.case_id, concerned.currency
    limit $row_limit offset $row_offset
)

select * from severity_a_marks
