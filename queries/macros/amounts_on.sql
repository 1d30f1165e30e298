-- What is open or not applied at the end of a day, narrow: for everything that is added up over documents.
-- Grain: one row per item of open_items or rest of unapplied.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter wanted_currency text: ISO 4217; null: all.
--
-- A table macro of the warehouse, `amounts_on(seen_on, seen_by, wanted_currency)`: open_documents without what only a list shows. A rest not
-- applied is negative and has neither issued_on nor aged_from_on. name_order stands for the customer (mart customer_order).
select name_order, currency, issued_on, aged_from_on, exchange_rate, amount_open
from open_amounts
where open_from_on <= seen_on
    and open_through_on >= seen_on
    and (wanted_currency is null or currency = wanted_currency)
    and seen_by is null
union all
select amounts.name_order, amounts.currency, amounts.issued_on, amounts.aged_from_on, amounts.exchange_rate, amounts.amount_open
from open_amounts as amounts
inner join customer_order on customer_order.name_order = amounts.name_order
inner join customers on customers.customer_id = customer_order.customer_id
where amounts.open_from_on <= seen_on
    and amounts.open_through_on >= seen_on
    and (wanted_currency is null or amounts.currency = wanted_currency)
    and customers.sales_agent = seen_by
