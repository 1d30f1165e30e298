-- What receivables and sales are made of: each open item, each rest not applied, each sale, credit and write-off, with its amount.
-- Grain: one row per fact_type, document_id, instalment_number, allocation_id, known_from_on, happened_on.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter in_currency text: the company currency, to convert each document at its booked rate; null: each in its own.
--
-- A table macro of the warehouse, `receivables_facts(seen_by, in_currency)`: the key figures add these rows up, and the lists of
-- documents behind them show these rows. A fact holds on a day when known_from_on <= day and (known_until_on is null or
-- known_until_on > day). `open` and `unapplied` are balances; `sold`, `credited` (negative) and `written_off` belong to the day on
-- which they happened, and are forgotten when their invoice is voided. A conversion is rounded half away from zero, document by
-- document, an allocation at the rate of its invoice; without a rate a document stays out of company currency.
with

-- One row, also for no currency: read in an expression, it would be planned anew wherever a macro writes its parameter.
company as (
    select max(minor_units) as minor_units from currencies where currencies.currency = in_currency
),

scoped_customers as (
    select customer_id from customers where seen_by is null or sales_agent = seen_by
),

moves as (
    select invoice_id, source_type, source_id, allocation_id, in_force_from_on as happened_on, amount_applied as amount_move
    from allocations_in_force
    where source_type in ('credit_note', 'write_off')
    union all
    select invoice_id, source_type, source_id, allocation_id, in_force_until_on, -amount_applied
    from allocations_in_force
    where source_type in ('credit_note', 'write_off') and in_force_until_on is not null
),

documents as (
    select
        'open' as fact_type,
        'invoice' as document_type,
        customer_id,
        invoice_id as document_id,
        invoice_id,
        instalment_number,
        cast(null as varchar) as allocation_id,
        currency as document_currency,
        exchange_rate,
        open_from_on as known_from_on,
        open_until_on as known_until_on,
        cast(null as date) as happened_on,
        issued_on,
        due_on,
        aged_from_on,
        amount_outstanding as amount_document
    from open_items
    union all
    select
        'unapplied', source_type, customer_id, source_id, null, null, null, currency, exchange_rate,
        open_from_on, open_until_on, null, source_on, null, null, amount_unapplied
    from unapplied
    union all
    select
        'sold', 'invoice', customer_id, invoice_id, invoice_id, null, null, currency, exchange_rate,
        issued_on, counts_until_on, issued_on, issued_on, due_on, aged_from_on, amount_total
    from invoices
    where is_counted
    union all
    select
        case moves.source_type when 'write_off' then 'written_off' else 'credited' end,
        moves.source_type,
        invoices.customer_id,
        coalesce(moves.source_id, moves.invoice_id),
        moves.invoice_id,
        null,
        moves.allocation_id,
        invoices.currency,
        invoices.exchange_rate,
        moves.happened_on,
        invoices.counts_until_on,
        moves.happened_on,
        invoices.issued_on,
        invoices.due_on,
        invoices.aged_from_on,
        case moves.source_type when 'write_off' then moves.amount_move else -moves.amount_move end
    from moves
    inner join invoices on invoices.invoice_id = moves.invoice_id and invoices.is_counted
),

receivables_facts as (
    select
        documents.* exclude (amount_document),
        coalesce(in_currency, documents.document_currency) as currency,
        cast(documents.amount_document as decimal(38, 4)) as amount_document,
        case
            when in_currency is null then cast(documents.amount_document as decimal(38, 4))
            else in_minor_units_at(documents.amount_document, documents.exchange_rate, company.minor_units)
        end as amount_fact
    from documents
    inner join scoped_customers on scoped_customers.customer_id = documents.customer_id
    cross join company
    where in_currency is null or documents.exchange_rate is not null
)

select * from receivables_facts
