-- The documents behind what stands apart: drafts, voids, invoices without a due date, and what has no exchange rate.
-- Grain: one row per reason, document_type, document_id, instalment_number.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- The reasons are those of receivables/documents_apart, and no_exchange_rate: open on that day and left out of company currency, as
-- receivables/ageing_without_rate counts it. amount_open is 0 for what owes nothing; row_count is the number of rows before paging.
with

apart as (
    select * from documents_aside where aside_from_on <= $as_of_on and aside_through_on >= $as_of_on
),

documents_apart_list as (
    select
        apart.reason,
        apart.customer_id,
        customers.customer_name,
        apart.document_type,
        apart.document_id,
        apart.instalment_number,
        apart.currency,
        apart.dated_on,
        apart.amount_total,
        apart.amount_open,
        count(*) over () as row_count
    from apart
    inner join customers on customers.customer_id = apart.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or apart.currency = $currency)
    order by apart.reason, apart.dated_on desc, apart.document_id, apart.instalment_number
    limit $row_limit offset $row_offset
)

select * from documents_apart_list
