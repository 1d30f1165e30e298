-- Cost to serve each customer in a period beside its revenue, in company currency: Microsoft's plan fees, and the partner's own cost.
-- Grain: one row per customer_id.
-- Permission: view_costs
-- Parameter from_on date: first company day of the period.
-- Parameter to_on date: last company day of the period.
-- Parameter search text = null: part of the customer's name or id, in any letter case; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: serving_costs
--
-- Plan fees: the shares of the customer's requests (macro plan_fee_shares). Own cost: cases opened x amount_per_case + requests opened x
-- amount_per_request of the rules, rounded once; what the rules do not give counts as 0. Revenue: invoices less what credit notes settled,
-- as in receivables/kpis_company, at booked rates. An amount is empty where a rate is missing (document_without_rate_count,
-- has_fee_without_rate); how many customers that concerns stands in every row. cost_rate = cost / revenue, empty unless the revenue
-- is above 0. The dearest to serve first, empty ones last.
with

scoped_customers as (
    select customer_id, customer_name, segment, sales_agent
    from customers
    where $viewer_agent is null or sales_agent = $viewer_agent
),

consumption as (
    select * from support_consumption($from_on, $to_on, $viewer_agent, null)
),

fees as (
    select
        customer_id,
        bool_or(amount_share_company is null) as has_fee_without_rate,
        sum(amount_share_company) as amount_plan_fees_company
    from plan_fee_shares($from_on, $to_on, $company_currency)
    where customer_id is not null
    group by customer_id
),

sales as (
    select customer_id, sum(amount_fact) as amount_revenue_company
    from receivables_facts($viewer_agent, $company_currency)
    where fact_type in ('sold', 'credited')
        and happened_on between $from_on and $to_on
        and (known_until_on is null or known_until_on > $to_on)
    group by customer_id
),

without_rate as (
    select customer_id, count(distinct document_type || ' ' || document_id) as document_without_rate_count
    from receivables_facts($viewer_agent, null)
    where fact_type in ('sold', 'credited')
        and exchange_rate is null
        and happened_on between $from_on and $to_on
        and (known_until_on is null or known_until_on > $to_on)
    group by customer_id
),

minor as (
    select minor_units from currencies where currency = $company_currency
),

own_costs as (
    select
        consumption.customer_id,
        case minor.minor_units
            when 0 then cast(round(given.amount_own, 0) as decimal(38, 4))
            when 2 then cast(round(given.amount_own, 2) as decimal(38, 4))
            when 3 then cast(round(given.amount_own, 3) as decimal(38, 4))
            else cast(given.amount_own as decimal(38, 4))
        end as amount_own_company
    from consumption
    cross join minor
    cross join lateral (
        select
            coalesce(
                sum(
                    consumption.case_count * coalesce(serving_costs.amount_per_case, 0)
                        + consumption.request_count * coalesce(serving_costs.amount_per_request, 0)
                ),
                0
            ) as amount_own
        from serving_costs
    ) as given
),

every_customer as (
    select customer_id from consumption
    union
    select customer_id from fees
    union
    select customer_id from sales
    union
    select customer_id from without_rate
),

parts as (
    select
        scoped_customers.customer_id,
        scoped_customers.customer_name,
        scoped_customers.segment,
        scoped_customers.sales_agent,
        coalesce(fees.has_fee_without_rate, false) as has_fee_without_rate,
        case
            when coalesce(fees.has_fee_without_rate, false) then null
            else cast(coalesce(fees.amount_plan_fees_company, 0) as decimal(38, 4))
        end as amount_plan_fees_company,
        coalesce(own_costs.amount_own_company, 0) as amount_own_company,
        case
            when without_rate.customer_id is not null then null
            else cast(coalesce(sales.amount_revenue_company, 0) as decimal(38, 4))
        end as amount_revenue_company,
        coalesce(consumption.hours_used, 0) as hours_used,
        coalesce(consumption.case_count, 0) as case_count,
        coalesce(consumption.request_count, 0) as request_count,
        coalesce(without_rate.document_without_rate_count, 0) as document_without_rate_count
    from every_customer
    inner join scoped_customers on scoped_customers.customer_id = every_customer.customer_id
    left join fees on fees.customer_id = every_customer.customer_id
    left join own_costs on own_costs.customer_id = every_customer.customer_id
    left join sales on sales.customer_id = every_customer.customer_id
    left join without_rate on without_rate.customer_id = every_customer.customer_id
    left join consumption on consumption.customer_id = every_customer.customer_id
),

cost_to_serve as (
    select
        customer_id,
        customer_name,
        segment,
        sales_agent,
        $company_currency as company_currency,
        has_fee_without_rate,
        amount_plan_fees_company,
        amount_own_company,
        cast(amount_plan_fees_company + amount_own_company as decimal(38, 4)) as amount_cost_company,
        amount_revenue_company,
        case
            when amount_revenue_company > 0
                then cast(
                    round((amount_plan_fees_company + amount_own_company)::double / amount_revenue_company::double, 4)
                    as decimal(18, 4)
                )
        end as cost_rate,
        hours_used,
        case_count,
        request_count,
        document_without_rate_count,
        count(*) filter (where document_without_rate_count > 0) over () as customer_without_revenue_count,
        count(*) filter (where has_fee_without_rate) over () as customer_without_cost_count,
        count(*) over () as row_count
    from parts
    where $search is null
        or contains(lower(customer_name), lower($search))
        or contains(lower(customer_id), lower($search))
    order by amount_plan_fees_company + amount_own_company desc nulls last, case_count desc, customer_name, customer_id
    limit $row_limit offset $row_offset
)

select * from cost_to_serve
