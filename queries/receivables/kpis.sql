-- Key figures of receivables for a period.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period; the state is as of its end.
-- Parameter currency text = null: ISO 4217; all when left out.
--
-- A figure is null where its divisor is 0. Sales are the invoices of the period less what credit notes settled in it.
with

scoped_customers as (
    select customer_id from customers where $viewer_agent is null or sales_agent = $viewer_agent
),

own_invoices as (
    select invoices.*
    from invoices
    inner join scoped_customers on scoped_customers.customer_id = invoices.customer_id
    where invoices.is_counted
        and invoices.issued_on <= $to_on
        and (invoices.counts_until_on is null or invoices.counts_until_on > $to_on)
        and ($currency is null or invoices.currency = $currency)
),

own_items as (
    select open_items.*
    from open_items
    inner join scoped_customers on scoped_customers.customer_id = open_items.customer_id
    where $currency is null or open_items.currency = $currency
),

balances as (
    select
        currency,
        sum(amount_outstanding) filter (
            where open_from_on < $from_on and (open_until_on is null or open_until_on >= $from_on)
        ) as amount_opening,
        sum(amount_outstanding) filter (
            where open_from_on <= $to_on and (open_until_on is null or open_until_on > $to_on)
        ) as amount_closing,
        sum(amount_outstanding) filter (
            where open_from_on <= $to_on and (open_until_on is null or open_until_on > $to_on) and aged_from_on >= $to_on
        ) as amount_closing_current
    from own_items
    group by currency
),

not_applied as (
    select unapplied.currency, sum(unapplied.amount_unapplied) as amount_unapplied
    from unapplied
    inner join scoped_customers on scoped_customers.customer_id = unapplied.customer_id
    where unapplied.open_from_on <= $to_on
        and (unapplied.open_until_on is null or unapplied.open_until_on > $to_on)
        and ($currency is null or unapplied.currency = $currency)
    group by unapplied.currency
),

---------- sales and write-offs, by day

settled_days as (
    select own_invoices.currency, allocations_in_force.source_type, allocations_in_force.in_force_from_on as moved_on,
        allocations_in_force.amount_applied as amount_moved
    from allocations_in_force
    inner join own_invoices on own_invoices.invoice_id = allocations_in_force.invoice_id
    where allocations_in_force.source_type in ('credit_note', 'write_off')
    union all
    select own_invoices.currency, allocations_in_force.source_type, allocations_in_force.in_force_until_on,
        -allocations_in_force.amount_applied
    from allocations_in_force
    inner join own_invoices on own_invoices.invoice_id = allocations_in_force.invoice_id
    where allocations_in_force.source_type in ('credit_note', 'write_off')
        and allocations_in_force.in_force_until_on is not null
),

written_off as (
    select currency, sum(amount_moved) as amount_written_off
    from settled_days
    where source_type = 'write_off' and moved_on between $from_on and $to_on
    group by currency
),

sales_days as (
    select currency, issued_on as sold_on, amount_total as amount_sold from own_invoices
    union all
    select currency, moved_on, -amount_moved from settled_days where source_type = 'credit_note' and moved_on <= $to_on
),

period_sales as (
    select currency, sum(amount_sold) as amount_sales
    from sales_days
    where sold_on between $from_on and $to_on
    group by currency
),

---------- count-back: whole months of sales off the receivables, newest first

first_months as (
    select currency, cast(date_trunc('month', min(sold_on)) as date) as first_month_on
    from sales_days
    group by currency
),

months as (
    select
        currency,
        cast(month_start as date) as month_on,
        least(last_day(cast(month_start as date)), $to_on) - cast(month_start as date) + 1 as month_days
    from (
        select currency, unnest(generate_series(first_month_on, $to_on, interval 1 month)) as month_start
        from first_months
    ) as spread
),

month_sales as (
    select
        months.currency,
        months.month_on,
        months.month_days,
        greatest(0, coalesce(sum(sales_days.amount_sold), 0)) as amount_sold
    from months
    left join sales_days
        on sales_days.currency = months.currency
        and cast(date_trunc('month', sales_days.sold_on) as date) = months.month_on
    group by months.currency, months.month_on, months.month_days
),

month_running as (
    select
        *,
        sum(amount_sold) over newest_first as amount_running,
        sum(month_days) over newest_first as running_days
    from month_sales
    window newest_first as (partition by currency order by month_on desc rows between unbounded preceding and current row)
),

count_back as (
    select
        month_running.currency,
        min(
            month_running.running_days - month_running.month_days
                + (balances.amount_closing - (month_running.amount_running - month_running.amount_sold))::double
                / nullif(month_running.amount_sold, 0)::double * month_running.month_days
        ) as dso_countback_days
    from month_running
    inner join balances on balances.currency = month_running.currency
    where month_running.amount_sold > 0
        and balances.amount_closing > month_running.amount_running - month_running.amount_sold
        and balances.amount_closing <= month_running.amount_running
    group by month_running.currency
),

---------- settlement

closed_items as (
    select
        invoice_id,
        max(open_until_on) as settled_on,
        bool_or(open_from_on <= $to_on and (open_until_on is null or open_until_on > $to_on)) as is_open,
        max(due_on) as last_due_on
    from own_items
    where open_from_on <= $to_on
    group by invoice_id
),

settled as (
    select
        own_invoices.currency,
        own_invoices.invoice_id,
        own_invoices.issued_on,
        coalesce(own_invoices.due_on, closed_items.last_due_on, own_invoices.issued_on) as due_on,
        own_invoices.amount_total,
        -- What was settled on the day of its issue was never open at the end of a day.
        coalesce(closed_items.settled_on, own_invoices.issued_on) as settled_on,
        exists (
            select 1
            from allocations_in_force
            where allocations_in_force.invoice_id = own_invoices.invoice_id
                and allocations_in_force.source_type = 'payment'
                and allocations_in_force.in_force_from_on <= $to_on
                and (allocations_in_force.in_force_until_on is null or allocations_in_force.in_force_until_on > $to_on)
            union all
            -- Paid, as the accounting system says, on a day that it knows.
            select 1
            from settlements_stated
            where settlements_stated.invoice_id = own_invoices.invoice_id
                and settlements_stated.has_day
                and settlements_stated.settled_from_on <= $to_on
                and (settlements_stated.settled_until_on is null or settlements_stated.settled_until_on > $to_on)
        ) as has_payment
    from own_invoices
    left join closed_items on closed_items.invoice_id = own_invoices.invoice_id
    where not coalesce(closed_items.is_open, false)
        and coalesce(closed_items.settled_on, own_invoices.issued_on) between $from_on and $to_on
),

days_to_pay as (
    select currency, avg((settled_on - issued_on)::double) as average_days_to_pay
    from settled
    where has_payment
    group by currency
),

late_amounts as (
    select currency, amount_total as amount_weight, settled_on - due_on as late_days from settled
    union all
    select currency, amount_outstanding, $to_on - aged_from_on
    from own_items
    where open_from_on <= $to_on and (open_until_on is null or open_until_on > $to_on) and aged_from_on < $to_on
),

days_late as (
    select currency, sum(amount_weight * late_days)::double / nullif(sum(amount_weight), 0)::double as weighted_days_late
    from late_amounts
    group by currency
),

---------- together

figures as (
    select
        every_currency.currency,
        coalesce(balances.amount_opening, 0) as amount_opening,
        coalesce(period_sales.amount_sales, 0) as amount_sales,
        coalesce(balances.amount_closing, 0) as amount_closing,
        coalesce(balances.amount_closing_current, 0) as amount_closing_current,
        coalesce(not_applied.amount_unapplied, 0) as amount_unapplied,
        coalesce(written_off.amount_written_off, 0) as amount_written_off,
        case when coalesce(balances.amount_closing, 0) = 0 then 0 else count_back.dso_countback_days end as dso_countback_days,
        days_to_pay.average_days_to_pay,
        days_late.weighted_days_late
    from (
        select currency from balances
        union
        select currency from period_sales
        union
        select currency from not_applied
    ) as every_currency
    left join balances on balances.currency = every_currency.currency
    left join period_sales on period_sales.currency = every_currency.currency
    left join not_applied on not_applied.currency = every_currency.currency
    left join written_off on written_off.currency = every_currency.currency
    left join count_back on count_back.currency = every_currency.currency
    left join days_to_pay on days_to_pay.currency = every_currency.currency
    left join days_late on days_late.currency = every_currency.currency
),

ratios as (
    select
        *,
        amount_closing::double / nullif(amount_sales, 0)::double * ($to_on - $from_on + 1) as dso_days,
        amount_closing_current::double / nullif(amount_sales, 0)::double * ($to_on - $from_on + 1) as best_possible_dso_days,
        (amount_closing - amount_closing_current)::double / nullif(amount_sales, 0)::double
            * ($to_on - $from_on + 1) as average_days_delinquent,
        (amount_opening + amount_sales - amount_written_off - amount_closing)::double
            / nullif(amount_opening + amount_sales - amount_closing_current, 0)::double * 100 as collection_effectiveness_index
    from figures
),

kpis as (
    select
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
        cast(round(weighted_days_late, 4) as decimal(18, 4)) as weighted_days_late
    from ratios
    order by currency
)

select * from kpis
