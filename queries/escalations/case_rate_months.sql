-- Case rate month by month: service requests to Microsoft, support cases and customers, commercial and technical apart.
-- Grain: one row per month_on.
-- Permission: view_escalations
-- Tables: online_services, category_types, vehicle_scopes
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
--
-- The first and the last month may be cut by the period: from_on and to_on of a row say so. The months add up to the period, as
-- escalations/case_rate has it: what was withdrawn by the period's end counts in none. Customers are those of the row's last day.
-- Requests are commercial or technical by their vehicle, cases by their support type; cases whose type is not known are in neither.
with

months as (
    select
        cast(month_on as date) as month_on,
        greatest(cast(month_on as date), $from_on) as from_on,
        least(cast(month_on + interval 1 month - interval 1 day as date), $to_on) as to_on
    from generate_series(
        cast(date_trunc('month', $from_on) as timestamp), cast($to_on as timestamp), interval 1 month
    ) as series (month_on)
),

requests as (
    select
        cast(date_trunc('month', opened_on) as date) as month_on,
        count(*) as request_count,
        count(*) filter (where vehicle_type = 'commercial') as commercial_request_count,
        count(*) filter (where vehicle_type = 'technical') as technical_request_count
    from rate_requests($from_on, $to_on, $viewer_agent, null)
    group by 1
),

opened_cases as (
    select
        cast(date_trunc('month', opened_on) as date) as month_on,
        count(*) as case_count,
        count(*) filter (where support_type in ('billing', 'subscription_management')) as commercial_case_count,
        count(*) filter (where support_type = 'technical') as technical_case_count
    from escalated_cases($to_on, $viewer_agent, null)
    where opened_on between $from_on and $to_on
    group by 1
),

counts as (
    select
        months.month_on,
        months.from_on,
        months.to_on,
        coalesce(requests.request_count, 0) as request_count,
        coalesce(requests.commercial_request_count, 0) as commercial_request_count,
        coalesce(requests.technical_request_count, 0) as technical_request_count,
        coalesce(opened_cases.case_count, 0) as case_count,
        coalesce(opened_cases.commercial_case_count, 0) as commercial_case_count,
        coalesce(opened_cases.technical_case_count, 0) as technical_case_count,
        (
            select count(*)
            from customers
            where (customers.created_on is null or customers.created_on <= months.to_on)
                and (customers.withdrawn_on is null or customers.withdrawn_on > months.to_on)
                and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        ) as customer_count
    from months
    left join requests on requests.month_on = months.month_on
    left join opened_cases on opened_cases.month_on = months.month_on
),

case_rate_months as (
    select
        *,
        cast(round(request_count * 100.0 / nullif(case_count, 0), 4) as decimal(18, 4)) as requests_per_100_cases,
        cast(round(request_count * 100.0 / nullif(customer_count, 0), 4) as decimal(18, 4)) as requests_per_100_customers,
        cast(
            round(commercial_request_count * 100.0 / nullif(commercial_case_count, 0), 4) as decimal(18, 4)
        ) as commercial_requests_per_100_cases,
        cast(
            round(technical_request_count * 100.0 / nullif(technical_case_count, 0), 4) as decimal(18, 4)
        ) as technical_requests_per_100_cases
    from counts
    order by month_on
)

select * from case_rate_months
