-- The product that a customer invoice is about, where that is certain.
-- Grain: one row per invoice_id.
-- Parameter is_wanted text: any text to read them, null for no rows.
--
-- A table macro of the warehouse, `invoice_products(is_wanted)`: the one place that decides. An invoice is about the product of its
-- customer's subscriptions, past ones too, that its description names, in any letter case (a name within a longer name that is there
-- as well is that longer one's); else, if all its customer's subscriptions are of one product, about that. Of all others nobody knows:
-- they have no row. An invoice names no subscription, so nothing is split and nothing is guessed.
with

products as (
    select distinct customer_id, product_name
    from subscriptions
    where is_wanted is not null
),

per_customer as (
    select customer_id, count(*) as product_count, min(product_name) as one_product
    from products
    group by customer_id
),

named as (
    select
        invoices.invoice_id,
        max_by(products.product_name, length(products.product_name)) as longest_product,
        list(products.product_name) as named_products
    from invoices
    inner join per_customer on per_customer.customer_id = invoices.customer_id and per_customer.product_count > 1
    inner join products on products.customer_id = invoices.customer_id
    where contains(lower(invoices.description), lower(products.product_name))
    group by invoices.invoice_id
)

select invoice_id, longest_product as product_name
from named
where len(list_filter(named_products, lambda x: not contains(lower(longest_product), lower(x)))) = 0
union all
select invoices.invoice_id, per_customer.one_product
from invoices
inner join per_customer on per_customer.customer_id = invoices.customer_id and per_customer.product_count = 1
