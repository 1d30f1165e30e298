-- The state of receivables in one row, in one currency or all in company currency at booked rates.
-- Grain: one row per as_of_on.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all documents in company currency when left out.
with

amounts as (
    select name_order, aged_from_on, cast(amount_open as decimal(38, 4)) as amount_open
    from amounts_on($as_of_on, $viewer_agent, $currency)
    where $currency is not null
    union all
    select name_order, aged_from_on, amount_booked_company
    from amounts_on_company($as_of_on, $viewer_agent, $company_currency)
    where $currency is null
),

money as (
    select
        coalesce(sum(amount_open) filter (where aged_from_on is not null), 0) as amount_outstanding,
        coalesce(sum(amount_open) filter (where aged_from_on < $as_of_on), 0) as amount_overdue,
        coalesce(sum(amount_open) filter (where aged_from_on < $as_of_on - 90), 0) as amount_overdue_90,
        coalesce(sum(amount_open) filter (where aged_from_on is null), 0) as amount_unapplied,
        count(distinct name_order) filter (where aged_from_on < $as_of_on) as overdue_customer_count
    from amounts
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
