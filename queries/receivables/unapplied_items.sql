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

-- Money not applied has no product.
rests as (
    select unapplied.*, customers.customer_name
    from unapplied
    inner join customers on customers.customer_id = unapplied.customer_id
    where unapplied.open_from_on <= $as_of_on
        and (unapplied.open_until_on is null or unapplied.open_until_on > $as_of_on)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or unapplied.currency = $currency)
        and ($customer_id is null or unapplied.customer_id = $customer_id)
        and (
            $dimension is null
            or coalesce(
                case $dimension
                    when 'customer' then customers.customer_id
                    when 'sales_agent' then customers.sales_agent
                    when 'segment' then customers.segment
                    when 'country' then customers.country_code
                    when 'currency' then unapplied.currency
                end,
                ''
            ) = coalesce($dimension_value, '')
        )
),

unapplied_items as (
    select
        rests.customer_id,
        rests.customer_name,
        rests.source_type,
        rests.source_id,
        rests.currency,
        company.currency as company_currency,
        rests.payment_method,
        rests.reference,
        rests.source_on,
        $as_of_on - rests.source_on as unapplied_days,
        rests.amount_total,
        rests.amount_unapplied,
        in_minor_units_at(rests.amount_unapplied, rests.exchange_rate, company.minor_units) as amount_unapplied_company,
        count(*) over () as row_count
    from rests
    cross join company
    order by rests.source_on, rests.customer_name, rests.source_id, rests.source_type
    limit $row_limit offset $row_offset
)

select * from unapplied_items
