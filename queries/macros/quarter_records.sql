-- How invoices were paid in the three months that end with a day, in the three before, and in the same three a year earlier.
-- Grain: one row per period, invoice_id.
-- Parameter seen_on date: last day of the newest of the three periods.
-- Parameter wanted_customer text: one customer; null: all customers.
--
-- A table macro of the warehouse, `quarter_records(seen_on, wanted_customer)`: period is `quarter`, `quarter_before` or `year_before`. Each is seen
-- from its own last day, so that all three know as much about what was still overdue then.
select 'quarter' as period, *
from payment_records(cast(seen_on + 1 - interval 3 month as date), seen_on, wanted_customer)
union all
select 'quarter_before', *
from payment_records(cast(seen_on + 1 - interval 6 month as date), cast(seen_on + 1 - interval 3 month as date) - 1, wanted_customer)
union all
select 'year_before', *
from payment_records(cast(seen_on + 1 - interval 15 month as date), cast(seen_on + 1 - interval 12 month as date) - 1, wanted_customer)
