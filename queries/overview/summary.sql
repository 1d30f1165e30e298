-- The state of receivables in one row, in company currency at booked rates.
-- Grain: one row per as_of_on.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: only documents of this currency; all when left out.
with

scoped_customers as (
    select customer_id from customers where $viewer_agent is null or sales_agent = $viewer_agent
),

company as (
    select minor_units from currencies where currency = $company_currency
),

documents as (
    select customer_id, $as_of_on - aged_from_on as overdue_days, amount_outstanding * exchange_rate as amount_company
    from open_items
    where open_from_on <= $as_of_on
        and (open_until_on is null or open_until_on > $as_of_on)
        and exchange_rate is not null
        and ($currency is null or currency = $currency)
    union all
    select customer_id, null, amount_unapplied * exchange_rate
    from unapplied
    where open_from_on <= $as_of_on
        and (open_until_on is null or open_until_on > $as_of_on)
        and exchange_rate is not null
        and ($currency is null or currency = $currency)
),

rounded as (
    select
        documents.customer_id,
        documents.overdue_days,
        case company.minor_units
            when 0 then cast(round(documents.amount_company, 0) as decimal(38, 4))
            when 2 then cast(round(documents.amount_company, 2) as decimal(38, 4))
            when 3 then cast(round(documents.amount_company, 3) as decimal(38, 4))
            else cast(round(documents.amount_company, 4) as decimal(38, 4))
        end as amount_company
    from documents
    inner join scoped_customers on scoped_customers.customer_id = documents.customer_id
    cross join company
),

money as (
    select
        cast(coalesce(sum(amount_company) filter (where overdue_days is not null), 0) as decimal(38, 4)) as amount_outstanding_company,
        cast(coalesce(sum(amount_company) filter (where overdue_days > 0), 0) as decimal(38, 4)) as amount_overdue_company,
        cast(coalesce(sum(amount_company) filter (where overdue_days > 90), 0) as decimal(38, 4)) as amount_overdue_90_company,
        cast(coalesce(sum(amount_company) filter (where overdue_days is null), 0) as decimal(38, 4)) as amount_unapplied_company,
        count(distinct customer_id) filter (where overdue_days > 0) as overdue_customer_count
    from rounded
),

summary as (
    select
        $as_of_on as as_of_on,
        $company_currency as company_currency,
        money.*,
        cast(
            round(money.amount_overdue_company::double / nullif(money.amount_outstanding_company, 0)::double, 4)
            as decimal(18, 4)
        ) as overdue_rate
    from money
)

select * from summary
