-- Whose days count in a period: the invoices settled in it, and the open items overdue at its end.
-- Grain: one row per lateness_type, invoice_id, instalment_number.
-- Parameter first_day date: first day of the period.
-- Parameter last_day_seen date: last day of the period; the state is as of its end.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter in_currency text: the company currency, to convert each document at its booked rate; null: each in its own.
--
-- A table macro of the warehouse. `settled`: whole amount, days from the due day to the settlement (early is negative); `overdue`: what
-- is open, days from the due day to the end of the period. pay_days, from issue to settlement, where a payment is among what settled it.
with

-- One row, also for no currency: read in an expression, it would be planned anew wherever a macro writes its parameter.
company as (
    select max(minor_units) as minor_units from currencies where currencies.currency = in_currency
),

scoped_customers as (
    select customer_id from customers where seen_by is null or sales_agent = seen_by
),

documents as (
    select
        'settled' as lateness_type,
        customer_id,
        invoice_id,
        cast(null as integer) as instalment_number,
        currency as document_currency,
        exchange_rate,
        issued_on,
        due_on,
        settled_on,
        case when has_payment then pay_days end as pay_days,
        days_late,
        amount_total as amount_document
    from invoice_settlements(last_day_seen, null)
    where settled_on between first_day and last_day_seen
    union all
    select
        'overdue', customer_id, invoice_id, instalment_number, currency, exchange_rate, issued_on, due_on, null, null,
        last_day_seen - aged_from_on, amount_outstanding
    from open_items
    where open_from_on <= last_day_seen
        and (open_until_on is null or open_until_on > last_day_seen)
        and aged_from_on < last_day_seen
),

receivables_lateness as (
    select
        documents.* exclude (amount_document),
        coalesce(in_currency, documents.document_currency) as currency,
        cast(documents.amount_document as decimal(38, 4)) as amount_document,
        case
            when in_currency is null then cast(documents.amount_document as decimal(38, 4))
            else in_minor_units_at(documents.amount_document, documents.exchange_rate, company.minor_units)
        end as amount_weight
    from documents
    inner join scoped_customers on scoped_customers.customer_id = documents.customer_id
    cross join company
    where in_currency is null or documents.exchange_rate is not null
)

select * from receivables_lateness
