-- The clocks of `service_clocks` with what their cases are about: whose, of which category, and the group that they belong to.
-- Grain: one row per case_id, goal_type.
-- Parameter seen_at timestamp: the instant; known is what had happened before it.
-- Parameter counted_by text: which clock counts: calendar, business, or agreed (the one that the rules name for the goal).
-- Parameter opened_from_on date: only cases opened on or after this day, in company time; all when null.
-- Parameter opened_to_on date: only cases opened up to this day; all when null.
-- Parameter counted_cases text: all, or unresolved: only those unresolved at the instant, as all with a running goal are.
-- Parameter dimension text: category, assignee, customer, offer (the one that promises the response) or month (of the opening).
--
-- A table macro of the warehouse. dimension_value is empty, not null, for cases of none: without an assignee, or promised nothing.
with

service_records as (
    select
        clocks.* exclude (customer_id, calendar_us, business_us, goal_us),
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        cases.title,
        cases.case_category,
        cases.product_name,
        cases.assignee,
        clocks.goal_us - clocks.taken_us as left_us,
        coalesce(
            case dimension
                when 'category' then cases.case_category
                when 'assignee' then cases.assignee
                when 'customer' then customers.customer_id
                when 'offer' then clocks.offer_name
                when 'month' then strftime(timezone(build.time_zone, timezone('UTC', clocks.opened_at)), '%Y-%m')
            end,
            ''
        ) as dimension_value
    from service_clocks(seen_at, counted_by, opened_from_on, opened_to_on, counted_cases) as clocks
    inner join cases on cases.case_id = clocks.case_id
    inner join customers on customers.customer_id = clocks.customer_id
    cross join build
)

select * from service_records
