-- Ageing of receivables in company currency: booked rates, and the change to the day's rates as a bucket of its own.
-- Grain: one row per customer_id, bucket.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
with

documents as (
    select *
    from open_documents_company($as_of_on, $bucket_edges, $basis, null, $company_currency)
    where $viewer_agent is null or sales_agent = $viewer_agent
),

every_bucket as (
    select customer_id, customer_name, bucket_order, bucket, count(*) as item_count, sum(amount_booked_company) as amount_outstanding
    from documents
    group by customer_id, customer_name, bucket_order, bucket
    union all
    select customer_id, customer_name, 1000001, 'revaluation', count(*), sum(amount_today_company - amount_booked_company)
    from documents
    where amount_today_company <> amount_booked_company
    group by customer_id, customer_name
),

ageing_company as (
    select
        customer_id,
        customer_name,
        $company_currency as currency,
        bucket,
        item_count,
        cast(amount_outstanding as decimal(38, 4)) as amount_outstanding
    from every_bucket
    order by customer_name, customer_id, bucket_order
)

select * from ageing_company
