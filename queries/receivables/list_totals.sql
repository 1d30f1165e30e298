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

buckets as (
    select bucket_order, bucket from bucket_ranges($bucket_edges)
    union all
    select 1000000, 'unapplied'
),

-- Of one customer the items stand together; all others are added up from narrow rows.
amounts as (
    select currency, issued_on, aged_from_on, exchange_rate, amount_open
    from amounts_in_group($as_of_on, $viewer_agent, $currency, $dimension, $dimension_value)
    where $customer_id is null
        or ($dimension is not null and name_order = (select name_order from customer_order where customer_id = $customer_id))
    union all
    select items.currency, items.issued_on, items.aged_from_on, items.exchange_rate, items.amount_open
    from (
        select
            customer_id, currency, issued_on, aged_from_on, open_from_on, open_until_on, exchange_rate, amount_outstanding as amount_open
        from open_items
        where customer_id = $customer_id and $dimension is null
        union all
        select customer_id, currency, null, null, open_from_on, open_until_on, exchange_rate, amount_unapplied
        from unapplied
        where customer_id = $customer_id and $dimension is null
    ) as items
    inner join customers on customers.customer_id = items.customer_id
    where items.open_from_on <= $as_of_on
        and (items.open_until_on is null or items.open_until_on > $as_of_on)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or items.currency = $currency)
),

documents as (
    select currency, exchange_rate, amount_open
    from amounts
    where case
        when $bucket is null then aged_from_on is not null
        when $bucket = 'overdue' then aged_from_on < $as_of_on
        else case
            when aged_from_on is null then 1000000
            else bucket_number($as_of_on - case when $basis = 'due_date' then aged_from_on else issued_on end, $bucket_edges)
        end = (select bucket_order from buckets where bucket = $bucket)
    end
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
