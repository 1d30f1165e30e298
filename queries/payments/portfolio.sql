-- How the customers in view pay, in one row: this quarter against the one before, and how many customers got slower.
-- Grain: one row per as_of_on.
-- Permission: view_receivables
-- Parameter as_of_on date: last day of the quarter.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter min_invoice_count integer = 2: fewest invoices in the quarter, and in the one before, for a customer to be compared.
--
-- A customer counts once for each currency, as in payments/slower; left out are those with too few invoices in one of the two
-- quarters. Invoices of several currencies are counted together, their amounts are not added.
with

records as (
    select records.*
    from quarter_records($as_of_on, null) as records
    inner join customers on customers.customer_id = records.customer_id
    where records.is_judged
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or records.currency = $currency)
),

medians as (
    select
        customer_id,
        currency,
        quantile_cont(late_days, 0.5) filter (where period = 'quarter') as quarter_days,
        quantile_cont(late_days, 0.5) filter (where period = 'quarter_before') as quarter_before_days,
        least(count(*) filter (where period = 'quarter'), count(*) filter (where period = 'quarter_before')) as fewest_count
    from records
    where period in ('quarter', 'quarter_before')
    group by customer_id, currency
),

compared as (
    select
        count(*) filter (where fewest_count >= $min_invoice_count) as compared_count,
        count(*) filter (where fewest_count >= $min_invoice_count and quarter_days > quarter_before_days) as slower_count,
        count(*) filter (where fewest_count >= $min_invoice_count and quarter_days < quarter_before_days) as faster_count,
        count(*) filter (where fewest_count < $min_invoice_count) as left_out_count
    from medians
),

quarters as (
    select
        count(*) filter (where period = 'quarter') as quarter_invoice_count,
        count(*) filter (where period = 'quarter_before') as quarter_before_invoice_count,
        count(*) filter (where period = 'quarter' and not is_settled) as quarter_overdue_count,
        count(*) filter (where period = 'quarter' and is_on_time) as quarter_on_time_count,
        count(*) filter (where period = 'quarter_before' and is_on_time) as quarter_before_on_time_count,
        quantile_cont(late_days, 0.5) filter (where period = 'quarter') as quarter_days,
        quantile_cont(late_days, 0.5) filter (where period = 'quarter_before') as quarter_before_days
    from records
),

portfolio as (
    select
        $as_of_on as as_of_on,
        cast($as_of_on + 1 - interval 3 month as date) as from_on,
        cast(round(quarters.quarter_days, 4) as decimal(18, 4)) as quarter_late_days,
        cast(round(quarters.quarter_before_days, 4) as decimal(18, 4)) as quarter_before_late_days,
        cast(round(quarters.quarter_on_time_count::double / nullif(quarters.quarter_invoice_count, 0)::double, 4) as decimal(18, 4))
            as on_time_rate,
        cast(
            round(quarters.quarter_before_on_time_count::double / nullif(quarters.quarter_before_invoice_count, 0)::double, 4)
            as decimal(18, 4)
        ) as before_on_time_rate,
        quarters.quarter_invoice_count,
        quarters.quarter_before_invoice_count,
        quarters.quarter_overdue_count,
        compared.compared_count,
        compared.slower_count,
        compared.faster_count,
        compared.left_out_count
    from quarters
    cross join compared
)

select * from portfolio
