-- Ageing of receivables in company currency: booked rates, and the change to the day's rates as a bucket of its own.
-- Grain: one row per customer_id, bucket.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
with

buckets as (
    select * from bucket_ranges($bucket_edges)
),

company as (
    select currency, minor_units from currencies where currency = $company_currency
),

day_rates as (
    select currency, rate_to_company
    from exchange_rates
    where rate_on <= $as_of_on and (rate_until_on is null or rate_until_on > $as_of_on)
),

documents as (
    select
        customer_id,
        currency,
        exchange_rate,
        $as_of_on - case when $basis = 'due_date' then aged_from_on else issued_on end as overdue_days,
        amount_outstanding as amount_open
    from open_items
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
    union all
    select customer_id, currency, exchange_rate, null, amount_unapplied
    from unapplied
    where open_from_on <= $as_of_on and (open_until_on is null or open_until_on > $as_of_on)
),

-- Without any rate a document stays out; receivables/ageing_without_rate says how many and how much.
converted as (
    select
        documents.customer_id,
        documents.overdue_days,
        company.minor_units,
        documents.amount_open * documents.exchange_rate as amount_booked,
        documents.amount_open * case
            when documents.currency = company.currency then documents.exchange_rate
            else coalesce(day_rates.rate_to_company, documents.exchange_rate)
        end as amount_today
    from documents
    cross join company
    left join day_rates on day_rates.currency = documents.currency
    where documents.exchange_rate is not null
),

rounded as (
    select
        customer_id,
        overdue_days,
        case minor_units
            when 0 then cast(round(amount_booked, 0) as decimal(38, 4))
            when 2 then cast(round(amount_booked, 2) as decimal(38, 4))
            when 3 then cast(round(amount_booked, 3) as decimal(38, 4))
            else cast(round(amount_booked, 4) as decimal(38, 4))
        end as amount_booked,
        case minor_units
            when 0 then cast(round(amount_today, 0) as decimal(38, 4))
            when 2 then cast(round(amount_today, 2) as decimal(38, 4))
            when 3 then cast(round(amount_today, 3) as decimal(38, 4))
            else cast(round(amount_today, 4) as decimal(38, 4))
        end as amount_today
    from converted
),

every_bucket as (
    select
        rounded.customer_id,
        coalesce(buckets.bucket_order, 1000000) as bucket_order,
        coalesce(buckets.bucket, 'unapplied') as bucket,
        count(*) as item_count,
        sum(rounded.amount_booked) as amount_outstanding
    from rounded
    left join buckets
        on rounded.overdue_days is not null
        and (buckets.first_day is null or rounded.overdue_days >= buckets.first_day)
        and (buckets.last_day is null or rounded.overdue_days <= buckets.last_day)
    group by all
    union all
    select
        customer_id,
        1000001,
        'revaluation',
        count(*),
        sum(amount_today - amount_booked)
    from rounded
    where amount_today <> amount_booked
    group by all
),

ageing_company as (
    select
        customers.customer_id,
        customers.customer_name,
        company.currency,
        every_bucket.bucket,
        every_bucket.item_count,
        cast(every_bucket.amount_outstanding as decimal(38, 4)) as amount_outstanding
    from every_bucket
    cross join company
    inner join customers on customers.customer_id = every_bucket.customer_id
    where $viewer_agent is null or customers.sales_agent = $viewer_agent
    order by customers.customer_name, customers.customer_id, every_bucket.bucket_order
)

select * from ageing_company
