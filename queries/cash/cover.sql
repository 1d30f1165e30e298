-- Whether what customers are expected to pay covers what falls due to Microsoft, week by week.
-- Grain: one row per week.
-- Permission: view_costs
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: invoices and supplier invoices of this currency; left out: of all, in company currency at booked rates.
-- Parameter opening_balance amount = 0: money in the bank at the end of the day, in that currency.
-- Tables: holds_decided
--
-- What was due to Microsoft before stands in the first week. A balance is what is in the bank at the end of the week if
-- customers pay on the expected day; low and high: at the ends of the range of 80 % of what they pay by then. Only invoices that exist
-- count, on either side. Of the row `later` only the sums are told.
with

company as (
    select minor_units from currencies where currency = $company_currency
),

supplier_booked as (
    select
        supplier.due_on,
        supplier.amount_outstanding,
        case
            when supplier.currency = $company_currency then cast(1 as decimal(24, 10))
            else cast(rates.rate_to_company as decimal(24, 10))
        end as exchange_rate,
        company.minor_units
    from supplier_items($as_of_on) as supplier
    cross join company
    left join exchange_rates as rates
        on rates.currency = supplier.currency
        and rates.rate_on <= supplier.issued_on
        and (rates.rate_until_on is null or rates.rate_until_on > supplier.issued_on)
    where $currency is null or supplier.currency = $currency
),

supplier_amounts as (
    select
        due_on,
        case
            when $currency is not null then cast(amount_outstanding as decimal(38, 4))
            else in_minor_units_at(amount_outstanding, exchange_rate, minor_units)
        end as amount_due
    from supplier_booked
),

weeks as (
    select week, week_order, starts_on, ends_on from cash_weeks($as_of_on)
    union all
    values ('later', 14, null, null)
),

ins as (
    select
        weeks.week,
        coalesce(expected.amount_expected, 0) as amount_expected,
        coalesce(expected.amount_cumulative, 0) as amount_cumulative,
        coalesce(expected.amount_cumulative_low, 0) as amount_cumulative_low,
        coalesce(expected.amount_cumulative_high, 0) as amount_cumulative_high
    from weeks
    left join expected_sums($as_of_on, $viewer_agent) as expected
        on expected.week = weeks.week
        and expected.is_converted = ($currency is null)
        and expected.currency = coalesce($currency, $company_currency)
),

outs as (
    select
        weeks.week,
        coalesce(sum(supplier_amounts.amount_due) filter (
            where supplier_amounts.due_on >= weeks.starts_on and supplier_amounts.due_on <= weeks.ends_on
                or supplier_amounts.due_on <= $as_of_on and weeks.week_order = 1
                or supplier_amounts.due_on > last_week.ends_on and weeks.week = 'later'
        ), 0) as amount_payable,
        coalesce(sum(supplier_amounts.amount_due) filter (
            where supplier_amounts.due_on <= $as_of_on and weeks.week_order = 1
        ), 0) as amount_payable_overdue,
        coalesce(sum(supplier_amounts.amount_due) filter (where supplier_amounts.due_on <= weeks.ends_on), 0) as amount_payable_cumulative
    from weeks
    cross join (select max(ends_on) as ends_on from weeks) as last_week
    left join supplier_amounts on true
    group by weeks.week
),

balances as (
    select
        weeks.week,
        cast($opening_balance as decimal(38, 4)) + cast(ins.amount_cumulative - outs.amount_payable_cumulative as decimal(38, 4))
            as amount_balance,
        cast($opening_balance as decimal(38, 4)) + cast(ins.amount_cumulative_low - outs.amount_payable_cumulative as decimal(38, 4))
            as amount_balance_low,
        cast($opening_balance as decimal(38, 4)) + cast(ins.amount_cumulative_high - outs.amount_payable_cumulative as decimal(38, 4))
            as amount_balance_high
    from weeks
    inner join ins on ins.week = weeks.week
    inner join outs on outs.week = weeks.week
    where weeks.ends_on is not null
),

cover as (
    select
        coalesce($currency, $company_currency) as currency,
        weeks.week,
        balances.amount_balance >= 0 as is_covered,
        balances.amount_balance_low >= 0 as is_covered_at_low,
        weeks.starts_on,
        weeks.ends_on,
        cast(ins.amount_expected as decimal(38, 4)) as amount_expected,
        cast(outs.amount_payable as decimal(38, 4)) as amount_payable,
        cast(outs.amount_payable_overdue as decimal(38, 4)) as amount_payable_overdue,
        cast(ins.amount_expected - outs.amount_payable as decimal(38, 4)) as amount_difference,
        balances.amount_balance,
        balances.amount_balance_low,
        balances.amount_balance_high,
        weeks.week_order
    from weeks
    inner join ins on ins.week = weeks.week
    inner join outs on outs.week = weeks.week
    left join balances on balances.week = weeks.week
    order by weeks.week_order
)

select * from cover
