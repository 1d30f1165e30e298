-- Support cases that came into the backlog or left it over some days, the newest move first.
-- Grain: one row per case_id, move_number, move_type.
-- Permission: view_cases
-- Tables: online_services, category_types
-- Parameter from_on date: first day, in company time.
-- Parameter to_on date: last day, in company time.
-- Parameter move_type text = null (created, reopened, closed): one kind of move; all when left out.
-- Parameter case_category text = null: one category; all when left out.
-- Parameter case_subcategory text = null: one subcategory, empty for the cases without one; all when left out.
-- Parameter support_type text = null: billing, subscription_management or technical, empty for none known; all when left out.
-- Parameter online_service text = null: one online service, empty for none known; all when left out.
-- Parameter product_name text = null: one product, empty for the cases without one; all when left out.
-- Parameter severity text = null: A, B or C, empty for the cases without one; all when left out.
-- Parameter assignee text = null: one assignee, empty for the cases without one; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
with

span as (
    select
        timezone('UTC', timezone(time_zone, cast($from_on as timestamp))) as starts_at,
        timezone('UTC', timezone(time_zone, cast($to_on + 1 as timestamp))) as ends_at
    from build
),

moved_cases as (
    select
        cases_seen.case_id,
        cases_seen.customer_id,
        cases_seen.customer_name,
        cases_seen.title,
        cases_seen.case_category,
        cases_seen.case_subcategory,
        cases_seen.support_type,
        cases_seen.online_service,
        cases_seen.product_name,
        cases_seen.severity,
        cases_seen.assignee,
        moves.move_type,
        moves.is_withdrawn,
        cases_seen.opened_at,
        moves.moved_at,
        epoch(moves.moved_at - cases_seen.opened_at) / 86400.0 as age_days,
        moves.period_number as move_number,
        count(*) over () as row_count
    from case_moves() as moves
    cross join span
    inner join cases_narrowed(
        $viewer_agent, $case_category, $case_subcategory, $support_type, $online_service, $product_name, $severity, $assignee, $customer_id
    ) as cases_seen on cases_seen.case_id = moves.case_id
    where moves.moved_at >= span.starts_at
        and moves.moved_at < span.ends_at
        and ($move_type is null or moves.move_type = $move_type)
    order by moves.moved_at desc, cases_seen.case_id, moves.period_number, moves.move_type
    limit $row_limit offset $row_offset
)

select * from moved_cases
