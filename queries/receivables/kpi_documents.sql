-- Documents behind an amount of the key figures: what is open on a day, what a period sold, credited or wrote off.
-- Grain: one row per input_name, document_type, document_id, invoice_id, instalment_number, allocation_id, happened_on.
-- Permission: view_receivables
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter input_name text = closing (closing, opening, current, overdue, unapplied, sales, written_off): which amount of the key figures.
-- Parameter currency text = null: ISO 4217; all documents in company currency at booked rates when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- amount_input adds up to the key figure's amount exactly, over all rows: amount_input_total. A balance has the days of its due date,
-- a sale or a credit the day on which it happened; overdue_days are as of the end of the period, of the opening balance as of its day.
with

facts as (
    select *
    from receivables_facts($viewer_agent, case when $currency is null then $company_currency end)
    where $currency is null or document_currency = $currency
),

balances as (
    select *, case when $input_name = 'opening' then $from_on - 1 else $to_on end as seen_on
    from facts
    where fact_type = case when $input_name = 'unapplied' then 'unapplied' else 'open' end
        and $input_name in ('closing', 'opening', 'current', 'overdue', 'unapplied')
),

moves as (
    select *
    from facts
    where happened_on between $from_on and $to_on
        and (known_until_on is null or known_until_on > $to_on)
        and (
            ($input_name = 'sales' and fact_type in ('sold', 'credited'))
            or ($input_name = 'written_off' and fact_type = 'written_off')
        )
),

documents as (
    select
        document_type, document_id, invoice_id, instalment_number, allocation_id, customer_id, document_currency, currency,
        happened_on, issued_on, due_on, seen_on - aged_from_on as overdue_days, amount_document, amount_fact as amount_input
    from balances
    where known_from_on <= seen_on
        and (known_until_on is null or known_until_on > seen_on)
        and ($input_name <> 'current' or aged_from_on >= seen_on)
        and ($input_name <> 'overdue' or aged_from_on < seen_on)
    union all
    -- An allocation that only changes its place among others on a day goes out and comes back: nothing happened.
    select
        document_type, document_id, invoice_id, instalment_number, allocation_id, customer_id, document_currency, currency,
        happened_on, issued_on, due_on, null, sum(amount_document), sum(amount_fact)
    from moves
    group by all
    having sum(amount_document) <> 0 or sum(amount_fact) <> 0
),

kpi_documents as (
    select
        $input_name as input_name,
        documents.document_type,
        documents.document_id,
        documents.invoice_id,
        documents.instalment_number,
        documents.allocation_id,
        documents.customer_id,
        customers.customer_name,
        documents.document_currency,
        documents.currency,
        documents.happened_on,
        documents.issued_on,
        documents.due_on,
        documents.overdue_days,
        documents.amount_document,
        documents.amount_input,
        sum(documents.amount_input) over () as amount_input_total,
        count(*) over () as row_count
    from documents
    inner join customers on customers.customer_id = documents.customer_id
    order by
        abs(documents.amount_input) desc, documents.customer_id, documents.document_type, documents.document_id, documents.invoice_id,
        documents.instalment_number, documents.happened_on, documents.allocation_id
    limit $row_limit offset $row_offset
)

select * from kpi_documents
