-- Open support cases at an instant, the most severe and oldest first.
-- Grain: one row per case_id.
-- Permission: view_cases
-- Parameter at timestamp: the instant; a case counts if opened before it and not closed before it.
-- Parameter case_category text = null: one category; all when left out.
-- Parameter severity text = null (A, B, C): one severity; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
with

open_cases as (
    select
        cases.case_id,
        customers.customer_id,
        customers.customer_name,
        cases.title,
        cases.case_category,
        cases.case_subcategory,
        cases.support_type,
        cases.product_name,
        cases.severity,
        case_states.state as case_status,
        cases.assignee,
        cases.is_dated_by_events,
        cases.opened_at,
        epoch($at - cases.opened_at) / 86400.0 as age_days,
        count(*) over () as row_count
    from case_states
    inner join cases on cases.case_id = case_states.case_id
    inner join customers on customers.customer_id = cases.customer_id
    where case_states.from_at < $at
        and (case_states.until_at is null or case_states.until_at >= $at)
        and ($case_category is null or cases.case_category = $case_category)
        and ($severity is null or cases.severity = $severity)
        and ($customer_id is null or cases.customer_id = $customer_id)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by cases.severity nulls last, cases.opened_at, cases.case_id
    limit $row_limit offset $row_offset
)

select * from open_cases
