-- Every document that is open at the end of a day: open items with their bucket, and money not applied in a bucket of its own.
-- Grain: one row per invoice_id, instalment_number, source_type, source_id.
-- Parameter seen_on date: as of the end of this day.
-- Parameter edges integers: last day of each bucket, in days overdue.
-- Parameter basis text: due_date or invoice_date, from which days overdue are counted.
-- Parameter dimension text: by what dimension_value groups (customer, sales_agent, segment, country, currency, product); null: by nothing.
--
-- A table macro of the warehouse, `open_documents(seen_on, edges, basis, dimension)`. An item has an invoice_id, a rest not applied has
-- none, and neither overdue_days nor a product. is_overdue: past its due date, whatever the basis. dimension_value is empty where
-- nothing is given or known. Whoever reads it holds sales_agent against the viewer.
with

items as (
    select
        *,
        seen_on - case when basis = 'due_date' then aged_from_on else issued_on end as overdue_days
    from open_items
    where open_from_on <= seen_on and (open_until_on is null or open_until_on > seen_on)
),

documents as (
    select
        items.customer_id,
        items.invoice_id,
        items.instalment_number,
        cast(null as text) as source_type,
        cast(null as text) as source_id,
        items.currency,
        buckets.bucket,
        buckets.bucket_order,
        items.aged_from_on < seen_on as is_overdue,
        items.issued_on,
        items.due_on,
        items.overdue_days,
        items.exchange_rate,
        items.amount_total,
        items.amount_outstanding as amount_open
    from items
    inner join bucket_ranges(edges) as buckets
        on (buckets.first_day is null or items.overdue_days >= buckets.first_day)
        and (buckets.last_day is null or items.overdue_days <= buckets.last_day)
    union all
    select
        customer_id,
        null,
        null,
        source_type,
        source_id,
        currency,
        'unapplied',
        1000000,
        false,
        source_on,
        null,
        null,
        exchange_rate,
        amount_total,
        amount_unapplied
    from unapplied
    where open_from_on <= seen_on and (open_until_on is null or open_until_on > seen_on)
)

select
    documents.*,
    customers.customer_name,
    customers.sales_agent,
    case dimension
        when 'customer' then customers.customer_id
        when 'sales_agent' then customers.sales_agent
        when 'segment' then customers.segment
        when 'country' then customers.country_code
        when 'currency' then documents.currency
        when 'product' then products.product_name
    end as dimension_value
from documents
inner join customers on customers.customer_id = documents.customer_id
left join invoice_products(case when dimension = 'product' then 'yes' end) as products
    on products.invoice_id = documents.invoice_id
