-- The state of receivables in one row, in one currency or all in company currency at booked rates.
-- Grain: one row per as_of_on.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all documents in company currency when left out.
with

facts as (
    select *, case when fact_type = 'open' then $as_of_on - aged_from_on end as overdue_days
    from receivables_facts($viewer_agent, case when $currency is null then $company_currency end)
    where fact_type in ('open', 'unapplied')
        and known_from_on <= $as_of_on
        and (known_until_on is null or known_until_on > $as_of_on)
        and ($currency is null or document_currency = $currency)
),

money as (
    select
        coalesce(sum(amount_fact) filter (where fact_type = 'open'), 0) as amount_outstanding,
        coalesce(sum(amount_fact) filter (where overdue_days > 0), 0) as amount_overdue,
        coalesce(sum(amount_fact) filter (where overdue_days > 90), 0) as amount_overdue_90,
        coalesce(sum(amount_fact) filter (where fact_type = 'unapplied'), 0) as amount_unapplied,
        count(distinct customer_id) filter (where overdue_days > 0) as overdue_customer_count
    from facts
),

summary as (
    select
        $as_of_on as as_of_on,
        coalesce($currency, $company_currency) as currency,
        money.*,
        cast(
            round(money.amount_overdue::double / nullif(money.amount_outstanding, 0)::double, 4) as decimal(18, 4)
        ) as overdue_rate
    from money
)

select * from summary
