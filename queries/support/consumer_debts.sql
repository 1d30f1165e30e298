-- What the customers who used support in a period owe at its end, per currency, beside what they used.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter from_on date: first company day of the period.
-- Parameter to_on date: last company day of the period; open cases and debts are those at its end.
-- Parameter measure text = cases (cases, open_cases, requests, hours): by what the customers are ordered.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- Only customers that used some of the measure; who owes nothing has a row in their own currency. Amounts are open items, gross of
-- money on account, which stands beside them.
with

consumption as (
    select * from support_consumption($from_on, $to_on, $viewer_agent, $measure)
),

owed as (
    select
        customer_id,
        currency,
        max($to_on - aged_from_on) filter (where fact_type = 'open' and aged_from_on < $to_on) as overdue_days,
        coalesce(sum(amount_fact) filter (where fact_type = 'open' and aged_from_on < $to_on), 0) as amount_overdue,
        coalesce(sum(amount_fact) filter (where fact_type = 'open'), 0) as amount_outstanding,
        coalesce(sum(amount_fact) filter (where fact_type = 'unapplied'), 0) as amount_unapplied
    from receivables_facts($viewer_agent, null)
    where fact_type in ('open', 'unapplied') and known_from_on <= $to_on and (known_until_on is null or known_until_on > $to_on)
    group by customer_id, currency
),

consumer_debts as (
    select
        consumption.customer_id,
        customers.customer_name,
        customers.sales_agent,
        coalesce(owed.currency, customers.currency) as currency,
        owed.overdue_days,
        cast(coalesce(owed.amount_overdue, 0) as decimal(38, 4)) as amount_overdue,
        cast(coalesce(owed.amount_outstanding, 0) as decimal(38, 4)) as amount_outstanding,
        cast(coalesce(owed.amount_unapplied, 0) as decimal(38, 4)) as amount_unapplied,
        consumption.hours_used,
        consumption.case_count,
        consumption.open_case_count,
        consumption.request_count,
        count(*) over () as row_count
    from consumption
    inner join customers on customers.customer_id = consumption.customer_id
    left join owed on owed.customer_id = consumption.customer_id
    where consumption.quantity_measured > 0
    order by consumption.quantity_measured desc, customers.customer_name, consumption.customer_id, currency
    limit $row_limit offset $row_offset
)

select * from consumer_debts
