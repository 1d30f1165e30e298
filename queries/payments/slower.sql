-- Who got slower: days late of each customer in the three months up to a day, against the three before and the same a year earlier.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: last day of the quarter; the others end where it begins, and a year earlier.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter min_invoice_count integer = 2: fewest invoices in the quarter, and in the one before, for a customer to be compared.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- An invoice counts in a quarter when it was settled in it, or was overdue at its end (late so far): the macro quarter_records. Days
-- late are medians; weighted ones are by amount, as among the key figures. Who was slowed the most stands first.
with

records as (
    select records.*
    from quarter_records($as_of_on, null) as records
    inner join customers on customers.customer_id = records.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or records.currency = $currency)
),

medians as (
    select
        customer_id,
        currency,
        quantile_cont(late_days, 0.5) filter (where is_judged and period = 'quarter') as quarter_days,
        quantile_cont(late_days, 0.5) filter (where is_judged and period = 'quarter_before') as quarter_before_days,
        quantile_cont(late_days, 0.5) filter (where is_judged and period = 'year_before') as year_before_days,
        sum(amount_weight_by_day) filter (where period = 'quarter') as quarter_by_day,
        sum(amount_weight) filter (where period = 'quarter') as quarter_weight,
        sum(amount_weight_by_day) filter (where period = 'quarter_before') as quarter_before_by_day,
        sum(amount_weight) filter (where period = 'quarter_before') as quarter_before_weight,
        count(*) filter (where is_judged and period = 'quarter') as quarter_invoice_count,
        count(*) filter (where is_judged and period = 'quarter' and not is_settled) as quarter_overdue_count,
        count(*) filter (where is_judged and period = 'quarter_before') as quarter_before_invoice_count,
        count(*) filter (where is_judged and period = 'year_before') as year_before_invoice_count
    from records
    group by customer_id, currency
),

compared as (
    select
        customer_id,
        currency,
        cast(round(quarter_days, 4) as decimal(18, 4)) as quarter_late_days,
        cast(round(quarter_before_days, 4) as decimal(18, 4)) as quarter_before_late_days,
        case when year_before_invoice_count >= $min_invoice_count then cast(round(year_before_days, 4) as decimal(18, 4)) end
            as year_before_late_days,
        cast(round(quarter_by_day::double / nullif(quarter_weight, 0)::double, 4) as decimal(18, 4)) as quarter_weighted_days,
        cast(round(quarter_before_by_day::double / nullif(quarter_before_weight, 0)::double, 4) as decimal(18, 4))
            as quarter_before_weighted_days,
        quarter_invoice_count,
        quarter_overdue_count,
        quarter_before_invoice_count,
        year_before_invoice_count
    from medians
    where quarter_invoice_count >= $min_invoice_count and quarter_before_invoice_count >= $min_invoice_count
),

open_now as (
    select
        customer_id,
        currency,
        sum(amount_outstanding) as amount_outstanding,
        coalesce(sum(amount_outstanding) filter (where aged_from_on < $as_of_on), 0) as amount_overdue
    from open_items
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
    group by customer_id, currency
),

slower as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.segment,
        customers.sales_agent,
        compared.currency,
        compared.quarter_late_days,
        compared.quarter_before_late_days,
        compared.year_before_late_days,
        compared.quarter_late_days - compared.quarter_before_late_days as changed_late_days,
        compared.quarter_late_days - compared.year_before_late_days as changed_year_late_days,
        compared.quarter_weighted_days,
        compared.quarter_before_weighted_days,
        coalesce(open_now.amount_outstanding, 0) as amount_outstanding,
        coalesce(open_now.amount_overdue, 0) as amount_overdue,
        compared.quarter_invoice_count,
        compared.quarter_overdue_count,
        compared.quarter_before_invoice_count,
        compared.year_before_invoice_count,
        count(*) over () as row_count
    from compared
    inner join customers on customers.customer_id = compared.customer_id
    left join open_now on open_now.customer_id = compared.customer_id and open_now.currency = compared.currency
    order by
        changed_late_days desc, quarter_late_days desc, amount_overdue desc, customers.customer_name, customers.customer_id,
        compared.currency
    limit $row_limit offset $row_offset
)

select * from slower
