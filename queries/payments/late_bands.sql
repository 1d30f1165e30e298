-- How late invoices were in the three months up to a day, in the three before, and in the same three a year earlier.
-- Grain: one row per period, band_order.
-- Permission: view_receivables
-- Parameter as_of_on date: last day of the newest quarter.
-- Parameter currency text = null: ISO 4217; all when left out.
--
-- What counts in a quarter: the macro quarter_records. Invoices of several currencies are counted together. A band's first and last
-- day are days late, both included; what is open at one side is blank.
with

bands as (
    select *
    from (
        values (1, null, -8), (2, -7, 0), (3, 1, 7), (4, 8, 14), (5, 15, 30), (6, 31, 60), (7, 61, null)
    ) as bands (band_order, first_late_days, last_late_days)
),

periods as (
    select * from (values (1, 'quarter'), (2, 'quarter_before'), (3, 'year_before')) as periods (period_order, period)
),

records as (
    select records.period, records.late_days
    from quarter_records($as_of_on, null) as records
    inner join customers on customers.customer_id = records.customer_id
    where records.is_judged
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or records.currency = $currency)
),

counts as (
    select
        periods.period_order,
        periods.period,
        bands.band_order,
        bands.first_late_days,
        bands.last_late_days,
        count(records.late_days) as invoice_count
    from periods
    cross join bands
    left join records
        on records.period = periods.period
        and (bands.first_late_days is null or records.late_days >= bands.first_late_days)
        and (bands.last_late_days is null or records.late_days <= bands.last_late_days)
    group by periods.period_order, periods.period, bands.band_order, bands.first_late_days, bands.last_late_days
),

late_bands as (
    select
        period,
        band_order,
        first_late_days,
        last_late_days,
        invoice_count,
        cast(round(invoice_count::double / nullif(sum(invoice_count) over (partition by period), 0)::double, 4) as decimal(18, 4))
            as invoice_rate
    from counts
    order by period_order, band_order
)

select * from late_bands
