-- What a list of open items, or of money not applied, comes to.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter bucket_edges integers = 30,60,90: last day of each bucket, in days overdue.
-- Parameter basis text = due_date (due_date, invoice_date): the date from which days overdue are counted.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter bucket text = null: one bucket, as ageing names it, or overdue for every item past its due date; all open items when left out.
-- Parameter dimension text = null (customer, sales_agent, segment, country, currency, product): with dimension_value, one group of ageing_by.
-- Parameter dimension_value text = null: the group; an empty text is the group without one; all when no dimension is given.
--
-- Beside receivables/open_item_list, and with bucket unapplied beside receivables/unapplied_items. amount_open_company is at booked rates, without what has none: receivables/ageing_without_rate says how much that is.
with

company as (
    select minor_units from currencies where currency = $company_currency
),

documents as (
    select open_documents.currency, open_documents.amount_open, open_documents.exchange_rate
    from open_documents($as_of_on, $bucket_edges, $basis, $dimension) as open_documents
    where ($viewer_agent is null or sales_agent = $viewer_agent)
        and ($currency is null or currency = $currency)
        and ($customer_id is null or customer_id = $customer_id)
        and case
            when $bucket is null then invoice_id is not null
            when $bucket = 'overdue' then is_overdue
            else bucket = $bucket
        end
        and ($dimension is null or coalesce(dimension_value, '') = coalesce($dimension_value, ''))
),

list_totals as (
    select
        documents.currency,
        sum(documents.amount_open) as amount_open,
        -- Each document is rounded by itself, as in the list.
        sum(in_minor_units_at(documents.amount_open, documents.exchange_rate, company.minor_units)) as amount_open_company,
        count(*) as document_count
    from documents
    cross join company
    group by documents.currency
    order by documents.currency
)

select * from list_totals
