-- Open items as a page lists them: with their customer, the invoice's number and what is open in company currency.
-- Grain: one row per invoice_id, instalment_number.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter bucket text = null: one bucket, as ageing names it, or overdue for every item past its due date; all when left out.
-- Parameter dimension text = null (customer, sales_agent, segment, country, currency, product): with dimension_value, one group of ageing_by.
-- Parameter dimension_value text = null: the group; an empty text is the group without one; all when no dimension is given.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- The items of receivables/open_items. amount_outstanding_company is at the booked rate, empty without one; row_count is the number of
-- rows before paging.
with

company as (
    select currency, minor_units from currencies where currency = $company_currency
),

buckets as (
    select bucket_order, bucket from bucket_ranges($bucket_edges)
),

-- How many items each day holds tells which days' items are on the page: nothing else is read of documents, nor put in order.
item_counts as (
    select
        case when $basis = 'due_date' then aged_from_on else issued_on end as counted_from_on,
        count(*) as item_count
    from amounts_on($as_of_on, $viewer_agent, $currency)
    where aged_from_on is not null
        and $customer_id is null
        and $dimension is null
        and ($bucket is null or $bucket <> 'overdue' or aged_from_on < $as_of_on)
    group by all
),

running_counts as (
    select
        counted_from_on,
        sum(item_count) over (order by counted_from_on) as item_count_through,
        sum(item_count) over (order by counted_from_on) - item_count as item_count_before,
        cast(sum(item_count) over () as bigint) as row_count
    from item_counts
    where $bucket is null
        or $bucket = 'overdue'
        or bucket_number($as_of_on - counted_from_on, $bucket_edges) = (select bucket_order from buckets where bucket = $bucket)
),

-- Of one customer, or of a group, which needs what only the documents know, every item is looked at.
page_days as (
    select counted_from_on as wanted_on, row_count, min(item_count_before) over () as item_count_before
    from running_counts
    where item_count_through > $row_offset and ($row_limit is null or item_count_before < $row_offset + $row_limit)
    union all
    select date '0001-01-01', null, 0
    where $customer_id is not null or $dimension is not null
),

open_on_day as (
    select
        *,
        case when $basis = 'due_date' then aged_from_on else issued_on end as counted_from_on,
        case
            when $customer_id is not null or $dimension is not null then date '0001-01-01'
            when $basis = 'due_date' then aged_from_on
            else issued_on
        end as wanted_on
    from open_items
    where open_from_on <= $as_of_on
        and (open_until_on is null or open_until_on > $as_of_on)
        and ($currency is null or currency = $currency)
        and ($customer_id is null or customer_id = $customer_id)
        and ($bucket is null or $bucket <> 'overdue' or aged_from_on < $as_of_on)
),

items as (
    select
        open_on_day.*,
        customers.customer_name,
        $as_of_on - open_on_day.counted_from_on as overdue_days,
        bucket_number($as_of_on - open_on_day.counted_from_on, $bucket_edges) as bucket_order,
        page_days.item_count_before,
        page_days.row_count as day_row_count
    from open_on_day
    inner join page_days on page_days.wanted_on = open_on_day.wanted_on
    inner join customers on customers.customer_id = open_on_day.customer_id
    left join invoice_products(case when $dimension = 'product' then 'yes' end) as products
        on products.invoice_id = open_on_day.invoice_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and (
            $dimension is null
            or coalesce(
                case $dimension
                    when 'customer' then customers.customer_id
                    when 'sales_agent' then customers.sales_agent
                    when 'segment' then customers.segment
                    when 'country' then customers.country_code
                    when 'currency' then open_on_day.currency
                    when 'product' then products.product_name
                end,
                ''
            ) = coalesce($dimension_value, '')
        )
),

page as (
    select items.*, buckets.bucket, coalesce(items.day_row_count, count(*) over ()) as row_count
    from items
    inner join buckets on buckets.bucket_order = items.bucket_order
    where $bucket is null or $bucket = 'overdue' or buckets.bucket = $bucket
    qualify row_number() over (order by items.overdue_days desc, items.customer_id, items.invoice_id, items.instalment_number)
        + items.item_count_before between $row_offset + 1 and $row_offset + coalesce($row_limit, 9000000000000000000)
),

open_item_list as (
    select
        page.customer_id,
        page.customer_name,
        page.invoice_id,
        page.invoice_number,
        page.instalment_number,
        page.currency,
        company.currency as company_currency,
        page.bucket,
        page.issued_on,
        page.due_on,
        page.overdue_days,
        page.amount_total,
        page.amount_outstanding,
        in_minor_units_at(page.amount_outstanding, page.exchange_rate, company.minor_units) as amount_outstanding_company,
        page.row_count
    from page
    cross join company
    order by page.overdue_days desc, page.customer_id, page.invoice_id, page.instalment_number
)

select * from open_item_list
