-- Months of sales that the count-back takes off the receivables, newest first, and the days each of them gives.
-- Grain: one row per month_starts_on.
-- Permission: view_receivables
-- Parameter to_on date: the day of the receivables; the newest month runs from its 1st to this day.
-- Parameter currency text = null: ISO 4217; all documents in company currency at booked rates when left out.
--
-- The days add up to DSO by count-back, the amounts taken to the receivables, unless these exceed
-- all sales on record: then nothing adds up, and the figure is blank. A month without sales gives its days and takes nothing off.
with

facts as (
    select *
    from receivables_facts($viewer_agent, case when $currency is null then $company_currency end)
    where $currency is null or document_currency = $currency
),

receivables as (
    select coalesce(sum(amount_fact), 0) as amount_closing
    from facts
    where fact_type = 'open' and known_from_on <= $to_on and (known_until_on is null or known_until_on > $to_on)
),

sold as (
    select currency, cast(date_trunc('month', happened_on) as date) as month_starts_on, sum(amount_fact) as amount_sales
    from facts
    where fact_type in ('sold', 'credited')
        and happened_on <= $to_on
        and (known_until_on is null or known_until_on > $to_on)
    group by all
),

-- Every month since the first sale, those without a sale too.
months as (
    select currency, cast(unnest(generate_series(min(month_starts_on), $to_on, interval 1 month)) as date) as month_starts_on
    from sold
    group by currency
),

running as (
    select
        months.month_starts_on,
        months.currency,
        least(last_day(months.month_starts_on), $to_on) - months.month_starts_on + 1 as month_days,
        coalesce(sold.amount_sales, 0) as amount_sales,
        sum(greatest(0, coalesce(sold.amount_sales, 0))) over (
            order by months.month_starts_on desc rows between unbounded preceding and current row
        ) - greatest(0, coalesce(sold.amount_sales, 0)) as amount_taken_before
    from months
    left join sold on sold.month_starts_on = months.month_starts_on
),

taken as (
    select
        running.*,
        receivables.amount_closing,
        greatest(0, least(running.amount_sales, receivables.amount_closing - running.amount_taken_before)) as amount_taken
    from running
    cross join receivables
    where running.amount_taken_before < receivables.amount_closing
),

kpi_months as (
    select
        month_starts_on,
        currency,
        cast(amount_sales as decimal(38, 4)) as amount_sales,
        cast(amount_taken as decimal(38, 4)) as amount_taken,
        cast(amount_closing as decimal(38, 4)) as amount_closing,
        month_days,
        cast(
            round(case when amount_sales <= 0 then month_days else amount_taken::double / amount_sales::double * month_days end, 4)
            as decimal(18, 4)
        ) as counted_days
    from taken
    order by month_starts_on desc
)

select * from kpi_months
