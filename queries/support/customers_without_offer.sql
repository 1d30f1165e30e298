-- Customers without a support offer in force on a day, with their open cases and since when they are customers.
-- Grain: one row per customer_id.
-- Permission: view_cases
-- Parameter as_of_on date: as of the end of this day.
-- Parameter search text = null: part of the customer's name or id, in any letter case; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- Those with most open cases first: somebody works for them, and nothing says what was promised.
with

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

open_cases as (
    select case_periods.case_id, case_periods.customer_id, cases.severity
    from case_periods
    inner join cases on cases.case_id = case_periods.case_id
    cross join day_end
    where case_periods.from_at < day_end.ends_at
        and (case_periods.until_at is null or case_periods.until_at >= day_end.ends_at)
),

case_counts as (
    select
        customer_id,
        count(*) as open_case_count,
        count(*) filter (where severity = 'A') as severity_a_case_count
    from open_cases
    group by customer_id
),

in_force as (
    select customer_id from support_offers where withdrawn_on is null or withdrawn_on > $as_of_on
),

customers_without_offer as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.segment,
        customers.sales_agent,
        customers.created_on,
        coalesce(case_counts.open_case_count, 0) as open_case_count,
        coalesce(case_counts.severity_a_case_count, 0) as severity_a_case_count,
        count(*) over () as row_count
    from customers
    left join case_counts on case_counts.customer_id = customers.customer_id
    where customers.customer_id not in (select customer_id from in_force)
        and customers.customer_id in (select customer_id from customers_on($as_of_on, $viewer_agent))
        and (
            $search is null
            or contains(lower(customers.customer_name), lower($search))
            or contains(lower(customers.customer_id), lower($search))
        )
    order by open_case_count desc, customers.customer_name, customers.customer_id
    limit $row_limit offset $row_offset
)

select * from customers_without_offer
