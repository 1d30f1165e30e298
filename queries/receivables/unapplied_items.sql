-- Payments and credit notes with a rest that is not applied at the end of a day.
-- Grain: one row per source_type, source_id.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter dimension text = null (customer, sales_agent, segment, country, currency, product): with dimension_value, one group of ageing_by.
-- Parameter dimension_value text = null: the group; an empty text is the group without one; all when no dimension is given.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- amount_unapplied has the sign of the ageing: negative is money on account, positive is money that left again and was never applied.
-- unapplied_days counts from the document's own day. row_count is the number of rows before paging.
with

company as (
    select currency, minor_units from currencies where currency = $company_currency
),

rests as (
    select *
    from open_documents($as_of_on, [30], 'due_date', $dimension)
    where invoice_id is null
        and ($viewer_agent is null or sales_agent = $viewer_agent)
        and ($currency is null or currency = $currency)
        and ($customer_id is null or customer_id = $customer_id)
        and ($dimension is null or coalesce(dimension_value, '') = coalesce($dimension_value, ''))
),

unapplied_items as (
    select
        rests.customer_id,
        rests.customer_name,
        rests.source_type,
        rests.source_id,
        rests.currency,
        company.currency as company_currency,
        sources.payment_method,
        sources.reference,
        rests.issued_on as source_on,
        $as_of_on - rests.issued_on as unapplied_days,
        rests.amount_total,
        rests.amount_open as amount_unapplied,
        in_minor_units_at(rests.amount_open, rests.exchange_rate, company.minor_units) as amount_unapplied_company,
        count(*) over () as row_count
    from rests
    cross join company
    left join sources on sources.source_type = rests.source_type and sources.source_id = rests.source_id
    order by rests.issued_on, rests.customer_name, rests.source_id, rests.source_type
    limit $row_limit offset $row_offset
)

select * from unapplied_items
