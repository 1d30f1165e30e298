-- Open items as of a day: instalments, or invoices that have none.
-- Grain: one row per invoice_id, instalment_number.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter bucket text = null: one bucket, as ageing names it; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
with

buckets as (
    select * from bucket_ranges($bucket_edges)
),

items as (
    select
        open_items.*,
        $as_of_on - case when $basis = 'due_date' then open_items.aged_from_on else open_items.issued_on end as overdue_days
    from open_items
    inner join customers on customers.customer_id = open_items.customer_id
    where open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
        and ($currency is null or open_items.currency = $currency)
        and ($customer_id is null or open_items.customer_id = $customer_id)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

aged_items as (
    select
        items.customer_id,
        items.currency,
        items.invoice_id,
        items.instalment_number,
        items.issued_on,
        items.due_on,
        items.overdue_days,
        buckets.bucket,
        items.amount_total,
        items.amount_outstanding
    from items
    inner join buckets
        on (buckets.first_day is null or items.overdue_days >= buckets.first_day)
        and (buckets.last_day is null or items.overdue_days <= buckets.last_day)
    where $bucket is null or buckets.bucket = $bucket
    order by items.overdue_days desc, items.customer_id, items.invoice_id, items.instalment_number
    limit $row_limit offset $row_offset
)

select * from aged_items
