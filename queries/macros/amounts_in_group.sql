-- What is open or not applied at the end of a day, narrow, of one group of ageing_by or of everything.
-- Grain: one row per item of open_items or rest of unapplied.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter wanted_currency text: ISO 4217; null: all.
-- Parameter dimension text: by what the group is one (customer, sales_agent, segment, country, currency, product); null: everything.
-- Parameter wanted_value text: the group; an empty text, or null, is the group without a value.
--
-- A table macro of the warehouse, `amounts_in_group(seen_on, seen_by, wanted_currency, dimension, wanted_value)`: the rows of amounts_on. What
-- product an invoice is about only the documents know; money not applied has none.
select name_order, currency, issued_on, aged_from_on, exchange_rate, amount_open
from amounts_on(seen_on, seen_by, wanted_currency)
where dimension is null
union all
select amounts.name_order, amounts.currency, amounts.issued_on, amounts.aged_from_on, amounts.exchange_rate, amounts.amount_open
from amounts_on(seen_on, seen_by, wanted_currency) as amounts
inner join customer_order on customer_order.name_order = amounts.name_order
inner join customers on customers.customer_id = customer_order.customer_id
where dimension <> 'product'
    and coalesce(
        case dimension
            when 'customer' then customers.customer_id
            when 'sales_agent' then customers.sales_agent
            when 'segment' then customers.segment
            when 'country' then customers.country_code
            when 'currency' then amounts.currency
        end,
        ''
    ) = coalesce(wanted_value, '')
union all
select
    customer_order.name_order, documents.currency, documents.issued_on, documents.aged_from_on, documents.exchange_rate, documents.amount_open
from (
    select
        open_items.customer_id,
        open_items.currency,
        open_items.issued_on,
        open_items.aged_from_on,
        open_items.open_from_on,
        open_items.open_until_on,
        open_items.exchange_rate,
        open_items.amount_outstanding as amount_open,
        products.product_name
    from open_items
    left join invoice_products(case when dimension = 'product' then 'yes' end) as products on products.invoice_id = open_items.invoice_id
    where dimension = 'product'
    union all
    select customer_id, currency, null, null, open_from_on, open_until_on, exchange_rate, amount_unapplied, null
    from unapplied
    where dimension = 'product'
) as documents
inner join customer_order on customer_order.customer_id = documents.customer_id
inner join customers on customers.customer_id = documents.customer_id
where documents.open_from_on <= seen_on
    and (documents.open_until_on is null or documents.open_until_on > seen_on)
    and (seen_by is null or customers.sales_agent = seen_by)
    and (wanted_currency is null or documents.currency = wanted_currency)
    and coalesce(documents.product_name, '') = coalesce(wanted_value, '')
