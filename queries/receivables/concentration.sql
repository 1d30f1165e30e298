-- Concentration: the customers who owe the most, and their share of everything outstanding.
-- Grain: one row per customer_id.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all documents in company currency at booked rates when left out.
-- Parameter customer_count integer = 10: how many customers.
--
-- Gross of unapplied. The whole is what the viewer may see: of a sales agent, what their own customers owe.
with

facts as (
    select *
    from receivables_facts($viewer_agent, case when $currency is null then $company_currency end)
    where fact_type = 'open'
        and known_from_on <= $as_of_on
        and (known_until_on is null or known_until_on > $as_of_on)
        and ($currency is null or document_currency = $currency)
),

owed as (
    select customer_id, currency, sum(amount_fact) as amount_outstanding
    from facts
    group by customer_id, currency
),

ranked as (
    select
        *,
        row_number() over (order by amount_outstanding desc, customer_id) as customer_order,
        sum(amount_outstanding) over () as amount_outstanding_total,
        sum(amount_outstanding) over (
            order by amount_outstanding desc, customer_id rows between unbounded preceding and current row
        ) as amount_running
    from owed
),

concentration as (
    select
        ranked.customer_order,
        ranked.customer_id,
        customers.customer_name,
        ranked.currency,
        ranked.amount_outstanding,
        ranked.amount_running,
        ranked.amount_outstanding_total,
        cast(
            round(ranked.amount_outstanding::double / nullif(ranked.amount_outstanding_total, 0)::double, 4) as decimal(18, 4)
        ) as outstanding_rate,
        cast(
            round(ranked.amount_running::double / nullif(ranked.amount_outstanding_total, 0)::double, 4) as decimal(18, 4)
        ) as running_rate
    from ranked
    inner join customers on customers.customer_id = ranked.customer_id
    where ranked.customer_order <= $customer_count
    order by ranked.customer_order
)

select * from concentration
