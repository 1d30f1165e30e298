-- What stays out of the key figures in company currency because no exchange rate is known.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
--
-- document_count counts what is open or not applied at either end of the period and what was sold in it, each document once.
with

facts as (
    select * from receivables_facts($viewer_agent, null) where exchange_rate is null
),

touched as (
    select
        *,
        fact_type = 'open' and known_from_on < $from_on and (known_until_on is null or known_until_on >= $from_on) as is_opening,
        fact_type in ('open', 'unapplied')
            and known_from_on <= $to_on and (known_until_on is null or known_until_on > $to_on) as is_closing,
        fact_type in ('sold', 'credited')
            and happened_on between $from_on and $to_on and (known_until_on is null or known_until_on > $to_on) as is_sales
    from facts
),

kpis_without_rate as (
    select
        currency,
        coalesce(sum(amount_fact) filter (where is_opening), 0) as amount_opening,
        coalesce(sum(amount_fact) filter (where is_sales), 0) as amount_sales,
        coalesce(sum(amount_fact) filter (where is_closing and fact_type = 'open'), 0) as amount_closing,
        coalesce(sum(amount_fact) filter (where is_closing and fact_type = 'unapplied'), 0) as amount_unapplied,
        count(distinct document_type || ' ' || document_id) as document_count
    from touched
    where is_opening or is_closing or is_sales
    group by currency
    order by currency
)

select * from kpis_without_rate
