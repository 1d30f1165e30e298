-- Receivables at the end of each of the last months, in company currency at booked rates.
-- Grain: one row per month_on.
-- Permission: view_receivables
-- Parameter as_of_on date: the last day shown; earlier rows are month ends.
-- Parameter month_count integer = 13: how many rows.
-- Parameter currency text = null: only documents of this currency; all when left out.
with

days as (
    select
        case
            when step = 0 then $as_of_on
            else last_day(cast($as_of_on - to_months(step) as date))
        end as month_on
    from (select unnest(generate_series(0, $month_count - 1)) as step) as steps
),

scoped_items as (
    select
        open_items.open_from_on,
        open_items.open_until_on,
        open_items.aged_from_on,
        in_minor_units_at(open_items.amount_outstanding, open_items.exchange_rate, company.minor_units) as amount_company
    from open_items
    cross join (select minor_units from currencies where currency = $company_currency) as company
    inner join customers on customers.customer_id = open_items.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and open_items.exchange_rate is not null
        and ($currency is null or open_items.currency = $currency)
),

trend as (
    select
        days.month_on,
        $company_currency as company_currency,
        cast(coalesce(sum(scoped_items.amount_company), 0) as decimal(38, 4))
            as amount_outstanding_company,
        cast(coalesce(sum(scoped_items.amount_company) filter (
            where scoped_items.aged_from_on < days.month_on
        ), 0) as decimal(38, 4)) as amount_overdue_company
    from days
    left join scoped_items
        on scoped_items.open_from_on <= days.month_on
        and (scoped_items.open_until_on is null or scoped_items.open_until_on > days.month_on)
    group by days.month_on
    order by days.month_on
)

select * from trend
