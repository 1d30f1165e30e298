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

-- One row, also for no currency: read in an expression, it would be planned anew wherever a macro writes its parameter.
company as (
    select max(minor_units) as minor_units from currencies where currencies.currency = in_currency
),

periods as (
    select unnest(first_days) as from_on, unnest(last_days) as to_on
),

---------- balances: what was open or not applied on any day from the one before the first period to the end of the last

balances as (
    select
        periods.from_on,
        periods.to_on,
        amounts.currency,
        sum(amounts.amount_fact) filter (
            where amounts.open_from_on < periods.from_on and amounts.aged_from_on is not null
        ) as amount_opening,
        sum(amounts.amount_fact) filter (
            where amounts.open_through_on >= periods.to_on and amounts.aged_from_on is not null
        ) as amount_closing,
        sum(amounts.amount_fact) filter (
            where amounts.open_through_on >= periods.to_on and amounts.aged_from_on >= periods.to_on
        ) as amount_closing_current,
        sum(amounts.amount_fact) filter (
            where amounts.open_through_on >= periods.to_on and amounts.aged_from_on is null
        ) as amount_unapplied,
        -- Overdue at the end, for its days: with what was settled in the period they are the weighted days late.
        sum(amounts.amount_fact) filter (
            where amounts.open_through_on >= periods.to_on and amounts.aged_from_on < periods.to_on
        ) as amount_weight,
        sum(amounts.amount_fact * (periods.to_on - amounts.aged_from_on)) filter (
            where amounts.open_through_on >= periods.to_on and amounts.aged_from_on < periods.to_on
        ) as amount_weight_by_days
    from amounts_between(list_min(first_days) - 1, list_max(last_days), seen_by, in_currency) as amounts
    inner join periods
        on amounts.open_from_on <= periods.to_on
        and amounts.open_through_on >= periods.from_on - 1
    where wanted_currency is null or amounts.currency = wanted_currency
    group by periods.from_on, periods.to_on, amounts.currency
),

---------- documents: what was billed, credited and written off, and what was settled in a period

-- Nothing that was void before the first period counts in any. Of a time long before it only the count-back may need the sales.
documents as not materialized (
    select
        'sold' as move_type, customer_id, currency, issued_on as happened_on, counts_until_on as known_until_on,
        exchange_rate, amount_total as amount_move
    from invoices
    where is_counted
        and issued_on <= list_max(last_days)
        and (counts_until_on is null or counts_until_on >= list_min(first_days))
    union all
    select
        case source_type when 'write_off' then 'written_off' else 'credited' end,
        customer_id,
        currency,
        happened_on,
        counts_until_on,
        exchange_rate,
        case source_type when 'write_off' then amount_move else -amount_move end
    from credited_amounts
    where happened_on <= list_max(last_days)
        and (counts_until_on is null or counts_until_on >= list_min(first_days))
),

seen_documents as not materialized (
    select * from documents where seen_by is null
    union all
    select documents.*
    from documents
    inner join customers on customers.customer_id = documents.customer_id
    where customers.sales_agent = seen_by
),

wanted_documents as not materialized (
    select
        coalesce(in_currency, documents.currency) as currency,
        documents.move_type,
        documents.happened_on,
        documents.known_until_on,
        documents.exchange_rate,
        documents.amount_move
    from seen_documents as documents
    where (in_currency is null or documents.exchange_rate is not null)
        and (wanted_currency is null or coalesce(in_currency, documents.currency) = wanted_currency)
),

---------- sales and write-offs, by day

-- Those of the half year before the first period, in whole months, and of what came after: nearly always the count-back needs no more.
move_days as (
    select
        documents.currency,
        documents.move_type,
        documents.happened_on,
        documents.known_until_on,
        sum(
            case
                when in_currency is null then cast(documents.amount_move as decimal(38, 4))
                else in_minor_units_at(documents.amount_move, documents.exchange_rate, company.minor_units)
            end
        ) as amount_moved
    from wanted_documents as documents
    cross join company
    where documents.happened_on >= cast(date_trunc('month', list_min(first_days)) - interval 6 months as date)
    group by all
),

period_days as (
    select
        periods.from_on,
        periods.to_on,
        move_days.currency,
        move_days.move_type = 'written_off' as is_written_off,
        move_days.happened_on,
        move_days.amount_moved
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

late_month_sales as (
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

late_sales as (
    select from_on, to_on, currency, sum(amount_sold) as amount_sold from late_month_sales group by from_on, to_on, currency
),

-- At most one row, and none if these months are enough: then what is joined to it is not even read.
unreached as (
    select max(true) as is_unreached
    from balances
    left join late_sales
        on late_sales.from_on = balances.from_on
        and late_sales.to_on = balances.to_on
        and late_sales.currency = balances.currency
    having max(balances.amount_closing > coalesce(late_sales.amount_sold, 0))
),

early_days as (
    select
        documents.currency,
        documents.happened_on,
        documents.known_until_on,
        sum(
            case
                when in_currency is null then cast(documents.amount_move as decimal(38, 4))
                else in_minor_units_at(documents.amount_move, documents.exchange_rate, company.minor_units)
            end
        ) as amount_moved
    from wanted_documents as documents
    inner join unreached on unreached.is_unreached = (documents.move_type <> 'written_off')
    cross join company
    where documents.happened_on < cast(date_trunc('month', list_min(first_days)) - interval 6 months as date)
    group by all
),

month_sales as (
    select * from late_month_sales
    union all
    select
        periods.from_on,
        periods.to_on,
        early_days.currency,
        cast(date_trunc('month', early_days.happened_on) as date),
        greatest(0, sum(early_days.amount_moved))
    from early_days
    inner join periods on early_days.known_until_on is null or early_days.known_until_on > periods.to_on
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

settled as (
    select customer_id, currency, has_payment, from_on, until_on, issued_on, due_on, settled_on, exchange_rate, amount_total
    from settled_invoices
    where settled_on between list_min(first_days) and list_max(last_days) and seen_by is null
    union all
    select
        settled.customer_id, settled.currency, settled.has_payment, settled.from_on, settled.until_on, settled.issued_on, settled.due_on,
        settled.settled_on, settled.exchange_rate, settled.amount_total
    from settled_invoices as settled
    inner join customers on customers.customer_id = settled.customer_id
    where settled.settled_on between list_min(first_days) and list_max(last_days) and customers.sales_agent = seen_by
),

settled_in_period as (
    select
        periods.from_on,
        periods.to_on,
        coalesce(in_currency, settled.currency) as currency,
        case when settled.has_payment then settled.settled_on - settled.issued_on end as pay_days,
        settled.settled_on - coalesce(settled.due_on, settled.issued_on) as days_late,
        case
            when in_currency is null then cast(settled.amount_total as decimal(38, 4))
            else in_minor_units_at(settled.amount_total, settled.exchange_rate, company.minor_units)
        end as amount_weight
    from settled
    inner join periods
        on settled.from_on <= periods.to_on
        and (settled.until_on is null or settled.until_on > periods.to_on)
        and settled.settled_on between periods.from_on and periods.to_on
    cross join company
    where (in_currency is null or settled.exchange_rate is not null)
        and (wanted_currency is null or coalesce(in_currency, settled.currency) = wanted_currency)
),

settlements as (
    select
        from_on,
        to_on,
        currency,
        count(pay_days) as paid_invoice_count,
        sum(pay_days) as total_pay_days,
        sum(amount_weight) as amount_weight,
        sum(amount_weight * days_late) as amount_weight_by_days
    from settled_in_period
    group by from_on, to_on, currency
),

---------- together

billed_currencies as (
    select distinct currency from wanted_documents where move_type = 'sold'
),

every_currency as (
    select periods.from_on, periods.to_on, billed_currencies.currency
    from periods
    cross join billed_currencies
    union
    select from_on, to_on, currency from moved
    union
    select from_on, to_on, currency from balances where amount_unapplied is not null
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
        cast(coalesce(balances.amount_unapplied, 0) as decimal(38, 4)) as amount_unapplied,
        cast(coalesce(moved.amount_written_off, 0) as decimal(38, 4)) as amount_written_off,
        case when coalesce(balances.amount_closing, 0) = 0 then 0 else count_back.dso_countback_days end as dso_countback_days,
        coalesce(settlements.paid_invoice_count, 0) as paid_invoice_count,
        cast(coalesce(settlements.total_pay_days, 0) as bigint) as total_pay_days,
        cast(coalesce(settlements.amount_weight, 0) + coalesce(balances.amount_weight, 0) as decimal(38, 4)) as amount_weight,
        cast(
            coalesce(settlements.amount_weight_by_days, 0) + coalesce(balances.amount_weight_by_days, 0) as decimal(38, 4)
        ) as amount_weight_by_days
    from every_currency
    left join balances
        on balances.from_on = every_currency.from_on
        and balances.to_on = every_currency.to_on
        and balances.currency = every_currency.currency
    left join moved
        on moved.from_on = every_currency.from_on
        and moved.to_on = every_currency.to_on
        and moved.currency = every_currency.currency
    left join count_back
        on count_back.from_on = every_currency.from_on
        and count_back.to_on = every_currency.to_on
        and count_back.currency = every_currency.currency
    left join settlements
        on settlements.from_on = every_currency.from_on
        and settlements.to_on = every_currency.to_on
        and settlements.currency = every_currency.currency
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
