-- Open severity A cases of accounts in trouble at an instant: flagged, held back by such a case, or suspended, or overdue too. No amounts.
-- Grain: one row per case_id.
-- Permission: view_receivables_status
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
-- Parameter least_status text = flagged (overdue, flagged, suspended): how grave the account's word has to be at least.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: statuses_now
--
-- The policy flags no customer while such a case is open: whom it would suspend without the case (is_held_by_case) counts as flagged does.
-- The word of an account is that of collections/account_status, on the day of the instant.
with

severity_a_accounts as (
    select
        cases.case_id,
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        cases.title,
        cases.case_category,
        case_states.state as case_status,
        statuses_now.receivables_status,
        cases.assignee,
        coalesce(statuses_now.is_held_by_case, false) as is_held_by_case,
        cases.opened_at,
        epoch($at - cases.opened_at) / 86400.0 as age_days,
        count(*) over () as row_count
    from case_states
    inner join cases on cases.case_id = case_states.case_id
    inner join customers on customers.customer_id = cases.customer_id
    inner join statuses_now on statuses_now.customer_id = cases.customer_id
    where cases.severity = 'A'
        and (
            list_position(['overdue', 'flagged', 'suspended'], statuses_now.receivables_status)
                >= list_position(['overdue', 'flagged', 'suspended'], $least_status)
            or ($least_status = 'flagged' and statuses_now.is_held_by_case)
        )
        and case_states.from_at < $at
        and (case_states.until_at is null or case_states.until_at >= $at)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by
        list_position(['suspended', 'flagged', 'overdue'], statuses_now.receivables_status),
        is_held_by_case desc,
        cases.opened_at,
        cases.case_id
    limit $row_limit offset $row_offset
)

select * from severity_a_accounts
