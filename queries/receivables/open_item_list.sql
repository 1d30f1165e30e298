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

items as (
    select *
    from open_documents($as_of_on, $bucket_edges, $basis, $dimension)
    where invoice_id is not null
        and ($viewer_agent is null or sales_agent = $viewer_agent)
        and ($currency is null or currency = $currency)
        and ($customer_id is null or customer_id = $customer_id)
        and ($bucket is null or bucket = $bucket or ($bucket = 'overdue' and is_overdue))
        and ($dimension is null or coalesce(dimension_value, '') = coalesce($dimension_value, ''))
),

page as (
    select *, count(*) over () as row_count
    from items
    order by overdue_days desc, customer_id, invoice_id, instalment_number
    limit $row_limit offset $row_offset
),

open_item_list as (
    select
        page.customer_id,
        page.customer_name,
        page.invoice_id,
        invoices.invoice_number,
        page.instalment_number,
        page.currency,
        company.currency as company_currency,
        page.bucket,
        page.issued_on,
        page.due_on,
        page.overdue_days,
        page.amount_total,
        page.amount_open as amount_outstanding,
        in_minor_units_at(page.amount_open, page.exchange_rate, company.minor_units) as amount_outstanding_company,
        page.row_count
    from page
    cross join company
    inner join invoices
        on invoices.customer_id = page.customer_id
        and invoices.invoice_id = page.invoice_id
        and ($customer_id is null or invoices.customer_id = $customer_id)
    order by page.overdue_days desc, page.customer_id, page.invoice_id, page.instalment_number
)

select * from open_item_list
