-- Key figures of receivables for periods: balances, sales, and the ratios made of them.
-- Grain: one row per from_on, to_on, currency.
-- Parameter first_days dates: first day of each period.
-- Parameter last_days dates: last day of each period, in the same order; the state is as of its end.
-- Parameter wanted_currency text: ISO 4217 of the result; null: all.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter in_currency text: the company currency, to convert each document at its booked rate; null: each in its own.
--
-- A table macro of the warehouse: one place for the formulas, whatever the period. A ratio is null where its divisor is 0 and never
-- mixes two currencies. Sales are the invoices of the period less what credit notes settled in it, as of the period's end.
with

periods as (
    select unnest(first_days) as from_on, unnest(last_days) as to_on
),

-- What was billed, credited and written off: nothing that was void before the first of them counts in any.
facts as (
    select fact_type, currency, happened_on, known_until_on, amount_fact
    from receivables_facts(seen_by, in_currency)
    where fact_type in ('sold', 'credited', 'written_off')
        and (wanted_currency is null or currency = wanted_currency)
        and known_from_on <= list_max(last_days)
        and (known_until_on is null or known_until_on >= list_min(first_days))
),

-- What was open or not applied on any day from the one before the first period to the end of the last.
amounts as (
    select *
    from amounts_between(list_min(first_days) - 1, list_max(last_days), seen_by, in_currency)
    where wanted_currency is null or currency = wanted_currency
),

---------- balances

billed_currencies as (
    -- What is billed only later is not known yet.
    select distinct currency from facts where fact_type = 'sold' and happened_on <= (select max(to_on) from periods)
),

balances as (
    select
        periods.from_on,
        periods.to_on,
        amounts.currency,
        sum(amounts.amount_fact) filter (
            where amounts.open_from_on < periods.from_on and amounts.open_through_on >= periods.from_on - 1
        ) as amount_opening,
        sum(amounts.amount_fact) filter (where amounts.open_through_on >= periods.to_on) as amount_closing,
        sum(amounts.amount_fact) filter (
            where amounts.open_through_on >= periods.to_on and amounts.aged_from_on >= periods.to_on
        ) as amount_closing_current
    from amounts
    inner join periods
        on amounts.open_from_on <= periods.to_on
        and amounts.open_through_on >= periods.from_on - 1
    where amounts.aged_from_on is not null
    group by periods.from_on, periods.to_on, amounts.currency
),

not_applied as (
    select periods.from_on, periods.to_on, amounts.currency, sum(amounts.amount_fact) as amount_unapplied
    from amounts
    inner join periods
        on amounts.open_from_on <= periods.to_on
        and amounts.open_through_on >= periods.to_on
    where amounts.aged_from_on is null
    group by periods.from_on, periods.to_on, amounts.currency
),

---------- sales and write-offs, by day

move_days as (
    select currency, fact_type = 'written_off' as is_written_off, happened_on, known_until_on, sum(amount_fact) as amount_moved
    from facts
    group by all
),

period_days as (
    select periods.from_on, periods.to_on, move_days.currency, move_days.is_written_off, move_days.happened_on, move_days.amount_moved
    from move_days
    inner join periods
        on move_days.happened_on <= periods.to_on
        and (move_days.known_until_on is null or move_days.known_until_on > periods.to_on)
),

moved as (
    select
        from_on,
        to_on,
        currency,
        sum(amount_moved) filter (where not is_written_off) as amount_sales,
        sum(amount_moved) filter (where is_written_off) as amount_written_off
    from period_days
    where happened_on >= from_on
    group by from_on, to_on, currency
),

---------- count-back: whole months of sales off the receivables, newest first

month_sales as (
    select
        from_on,
        to_on,
        currency,
        cast(date_trunc('month', happened_on) as date) as month_on,
        greatest(0, sum(amount_moved)) as amount_sold
    from period_days
    where not is_written_off
    group by all
),

-- A month with nothing sold has its days in those of the months before it.
month_running as (
    select
        *,
        least(last_day(month_on), to_on) - month_on + 1 as month_days,
        to_on - month_on + 1 as running_days,
        sum(amount_sold) over (
            partition by from_on, to_on, currency order by month_on desc rows between unbounded preceding and current row
        ) as amount_running
    from month_sales
),

count_back as (
    select
        month_running.from_on,
        month_running.to_on,
        month_running.currency,
        month_running.running_days - month_running.month_days
            + (balances.amount_closing - (month_running.amount_running - month_running.amount_sold))::double
                / month_running.amount_sold::double * month_running.month_days as dso_countback_days
    from month_running
    inner join balances
        on balances.from_on = month_running.from_on
        and balances.to_on = month_running.to_on
        and balances.currency = month_running.currency
    where month_running.amount_sold > 0
        and balances.amount_closing > month_running.amount_running - month_running.amount_sold
        and balances.amount_closing <= month_running.amount_running
),

---------- settlement

lateness as (
    select
        periods.from_on,
        periods.to_on,
        late.currency,
        count(late.pay_days) as paid_invoice_count,
        sum(late.pay_days) as total_pay_days,
        sum(late.amount_weight) as amount_weight,
        sum(late.amount_weight * late.days_late) as amount_weight_by_days
    from periods,
        lateral (select * from receivables_lateness(periods.from_on, periods.to_on, seen_by, in_currency)) as late
    where wanted_currency is null or late.currency = wanted_currency
    group by periods.from_on, periods.to_on, late.currency
),

---------- together

every_currency as (
    select periods.from_on, periods.to_on, billed_currencies.currency
    from periods
    cross join billed_currencies
    union
    select from_on, to_on, currency from moved
    union
    select from_on, to_on, currency from not_applied
),

figures as (
    select
        every_currency.from_on,
        every_currency.to_on,
        every_currency.currency,
        every_currency.to_on - every_currency.from_on + 1 as period_days,
        cast(coalesce(balances.amount_opening, 0) as decimal(38, 4)) as amount_opening,
        cast(coalesce(moved.amount_sales, 0) as decimal(38, 4)) as amount_sales,
        cast(coalesce(balances.amount_closing, 0) as decimal(38, 4)) as amount_closing,
        cast(coalesce(balances.amount_closing_current, 0) as decimal(38, 4)) as amount_closing_current,
        cast(coalesce(not_applied.amount_unapplied, 0) as decimal(38, 4)) as amount_unapplied,
        cast(coalesce(moved.amount_written_off, 0) as decimal(38, 4)) as amount_written_off,
        case when coalesce(balances.amount_closing, 0) = 0 then 0 else count_back.dso_countback_days end as dso_countback_days,
        coalesce(lateness.paid_invoice_count, 0) as paid_invoice_count,
        cast(coalesce(lateness.total_pay_days, 0) as bigint) as total_pay_days,
        cast(coalesce(lateness.amount_weight, 0) as decimal(38, 4)) as amount_weight,
        cast(coalesce(lateness.amount_weight_by_days, 0) as decimal(38, 4)) as amount_weight_by_days
    from every_currency
    left join balances
        on balances.from_on = every_currency.from_on
        and balances.to_on = every_currency.to_on
        and balances.currency = every_currency.currency
    left join moved
        on moved.from_on = every_currency.from_on
        and moved.to_on = every_currency.to_on
        and moved.currency = every_currency.currency
    left join not_applied
        on not_applied.from_on = every_currency.from_on
        and not_applied.to_on = every_currency.to_on
        and not_applied.currency = every_currency.currency
    left join count_back
        on count_back.from_on = every_currency.from_on
        and count_back.to_on = every_currency.to_on
        and count_back.currency = every_currency.currency
    left join lateness
        on lateness.from_on = every_currency.from_on
        and lateness.to_on = every_currency.to_on
        and lateness.currency = every_currency.currency
),

ratios as (
    select
        *,
        amount_closing::double / nullif(amount_sales, 0)::double * period_days as dso_days,
        amount_closing_current::double / nullif(amount_sales, 0)::double * period_days as best_possible_dso_days,
        (amount_closing - amount_closing_current)::double / nullif(amount_sales, 0)::double * period_days as average_days_delinquent,
        (amount_opening + amount_sales - amount_written_off - amount_closing)::double
            / nullif(amount_opening + amount_sales - amount_closing_current, 0)::double * 100 as collection_effectiveness_index,
        total_pay_days::double / nullif(paid_invoice_count, 0)::double as average_days_to_pay,
        amount_weight_by_days::double / nullif(amount_weight, 0)::double as weighted_days_late,
        amount_closing_current::double / nullif(amount_closing, 0)::double as current_rate,
        amount_sales::double / nullif(amount_opening + amount_closing, 0)::double * 2 as receivables_turnover,
        amount_written_off::double / nullif(amount_sales, 0)::double as written_off_rate
    from figures
)

select
    from_on,
    to_on,
    currency,
    amount_opening,
    amount_sales,
    amount_closing,
    amount_closing_current,
    amount_unapplied,
    amount_written_off,
    cast(round(dso_days, 4) as decimal(18, 4)) as dso_days,
    cast(round(dso_countback_days, 4) as decimal(18, 4)) as dso_countback_days,
    cast(round(best_possible_dso_days, 4) as decimal(18, 4)) as best_possible_dso_days,
    cast(round(average_days_delinquent, 4) as decimal(18, 4)) as average_days_delinquent,
    cast(round(collection_effectiveness_index, 4) as decimal(18, 4)) as collection_effectiveness_index,
    cast(round(average_days_to_pay, 4) as decimal(18, 4)) as average_days_to_pay,
    cast(round(weighted_days_late, 4) as decimal(18, 4)) as weighted_days_late,
    cast(round(current_rate, 4) as decimal(18, 4)) as current_rate,
    cast(round(receivables_turnover, 4) as decimal(18, 4)) as receivables_turnover,
    cast(round(written_off_rate, 4) as decimal(18, 4)) as written_off_rate,
    period_days,
    paid_invoice_count,
    total_pay_days,
    amount_weight,
    amount_weight_by_days
from ratios
