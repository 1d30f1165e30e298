-- What was open or not applied on any day of a period, narrow, in each document's currency or in the company's.
-- Grain: one row per item of open_items or rest of unapplied, open_from_on.
-- Parameter first_on date: first day of the period.
-- Parameter last_on date: last day of the period.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter in_currency text: the company currency, to convert each document at its booked rate; null: each in its own.
--
-- A table macro of the warehouse, `amounts_between(first_on, last_on, seen_by, in_currency)`: the facts `open` and `unapplied` of receivables_facts
-- without what only a list shows, converted alike. A rest not applied has no aged_from_on.
with

-- One row, also for no currency: read in an expression, it would be planned anew wherever a macro writes its parameter.
company as (
    select max(minor_units) as minor_units from currencies where currencies.currency = in_currency
),

wanted as (
    select currency, aged_from_on, open_from_on, open_through_on, exchange_rate, amount_open
    from open_amounts
    where open_from_on <= last_on and open_through_on >= first_on and seen_by is null
    union all
    select
        amounts.currency, amounts.aged_from_on, amounts.open_from_on, amounts.open_through_on, amounts.exchange_rate, amounts.amount_open
    from open_amounts as amounts
    inner join customer_order on customer_order.name_order = amounts.name_order
    inner join customers on customers.customer_id = customer_order.customer_id
    where amounts.open_from_on <= last_on and amounts.open_through_on >= first_on and customers.sales_agent = seen_by
)

select
    coalesce(in_currency, wanted.currency) as currency,
    wanted.aged_from_on,
    wanted.open_from_on,
    wanted.open_through_on,
    case
        when in_currency is null then cast(wanted.amount_open as decimal(38, 4))
        else in_minor_units_at(wanted.amount_open, wanted.exchange_rate, company.minor_units)
    end as amount_fact
from wanted
cross join company
where in_currency is null or wanted.exchange_rate is not null
