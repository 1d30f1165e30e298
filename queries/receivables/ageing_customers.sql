-- Customers with anything open or unapplied: what they owe, what of it is overdue, what they have on account.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter bucket text = null: only customers with something in this bucket, and how much; all when left out.
-- Parameter search text = null: part of the customer's name or id, in any letter case; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- row_count is the number of rows before paging; amount_in_bucket is the whole balance when no bucket is asked for.
with

buckets as (
    select * from bucket_ranges($bucket_edges)
),

aged_items as (
    select
        open_items.customer_id,
        open_items.currency,
        buckets.bucket,
        $as_of_on - open_items.aged_from_on as overdue_days,
        open_items.amount_outstanding,
        cast(0 as decimal(18, 4)) as amount_unapplied
    from open_items
    inner join buckets
        on (
            buckets.first_day is null
            or $as_of_on - case when $basis = 'due_date' then open_items.aged_from_on else open_items.issued_on end
                >= buckets.first_day
        )
        and (
            buckets.last_day is null
            or $as_of_on - case when $basis = 'due_date' then open_items.aged_from_on else open_items.issued_on end
                <= buckets.last_day
        )
    where open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
        and ($currency is null or open_items.currency = $currency)
),

documents as (
    select * from aged_items
    union all
    select customer_id, currency, 'unapplied', null, 0, amount_unapplied
    from unapplied
    where open_from_on <= $as_of_on
        and (open_until_on is null or open_until_on > $as_of_on)
        and ($currency is null or currency = $currency)
),

totals as (
    select
        customer_id,
        currency,
        count(*) filter (where bucket <> 'unapplied') as item_count,
        max(overdue_days) filter (where overdue_days > 0) as overdue_days,
        sum(amount_outstanding) as amount_outstanding,
        coalesce(sum(amount_outstanding) filter (where overdue_days > 0), 0) as amount_overdue,
        sum(amount_unapplied) as amount_unapplied,
        count(*) filter (where $bucket is null or bucket = $bucket) as bucket_item_count,
        coalesce(sum(amount_outstanding + amount_unapplied) filter (where $bucket is null or bucket = $bucket), 0) as amount_in_bucket
    from documents
    group by customer_id, currency
),

ageing_customers as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.sales_agent,
        totals.currency,
        totals.overdue_days,
        totals.amount_in_bucket,
        totals.amount_outstanding,
        totals.amount_overdue,
        totals.amount_unapplied,
        totals.item_count,
        count(*) over () as row_count
    from totals
    inner join customers on customers.customer_id = totals.customer_id
    where totals.bucket_item_count > 0
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and (
            $search is null
            or contains(lower(customers.customer_name), lower($search))
            or contains(lower(customers.customer_id), lower($search))
        )
    order by totals.amount_overdue desc, totals.amount_outstanding desc, customers.customer_name, totals.currency
    limit $row_limit offset $row_offset
)

select * from ageing_customers
