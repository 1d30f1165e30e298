-- Customers who used most support in a period, each with what they owe at its end in company currency.
-- Grain: one row per customer_id.
-- Permission: view_receivables
-- Parameter from_on date: first company day of the period.
-- Parameter to_on date: last company day of the period; open cases and debts are those at its end.
-- Parameter measure text = cases (cases, open_cases, requests, hours): by what the customers are ordered.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- Only customers that used some of the measure. Debts are open items at booked rates, gross of money on account; empty where an item has
-- no rate.
with

consumption as (
    select * from support_consumption($from_on, $to_on, $viewer_agent, $measure)
),

open_now as (
    select
        customer_id,
        bool_or(exchange_rate is null) as has_gap,
        sum(amount_fact) filter (where aged_from_on < $to_on) as amount_overdue,
        sum(amount_fact) as amount_outstanding
    from (
        select customer_id, aged_from_on, exchange_rate, amount_fact
        from receivables_facts($viewer_agent, $company_currency)
        where fact_type = 'open' and known_from_on <= $to_on and (known_until_on is null or known_until_on > $to_on)
        union all
        select customer_id, aged_from_on, exchange_rate, 0
        from receivables_facts($viewer_agent, null)
        where fact_type = 'open'
            and exchange_rate is null
            and known_from_on <= $to_on
            and (known_until_on is null or known_until_on > $to_on)
    ) as items
    group by customer_id
),

consumers as (
    select
        consumption.customer_id,
        customers.customer_name,
        customers.sales_agent,
        $company_currency as company_currency,
        case when coalesce(open_now.has_gap, false) then null else cast(coalesce(open_now.amount_overdue, 0) as decimal(38, 4)) end
            as amount_overdue_company,
        case when coalesce(open_now.has_gap, false) then null else cast(coalesce(open_now.amount_outstanding, 0) as decimal(38, 4)) end
            as amount_outstanding_company,
        consumption.hours_used,
        consumption.case_count,
        consumption.open_case_count,
        consumption.request_count,
        count(*) over () as row_count
    from consumption
    inner join customers on customers.customer_id = consumption.customer_id
    left join open_now on open_now.customer_id = consumption.customer_id
    where consumption.quantity_measured > 0
    order by consumption.quantity_measured desc, customers.customer_name, consumption.customer_id
    limit $row_limit offset $row_offset
)

select * from consumers
