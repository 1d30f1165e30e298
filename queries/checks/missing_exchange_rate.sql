-- Documents in another currency without an exchange rate, booked or known
-- Grain: one row per document_type, document_id.
-- Level: warn
select 'invoice' as document_type, invoice_id as document_id, currency, issued_on as dated_on
from invoices
where is_counted and exchange_rate is null
union all
select source_type, source_id, currency, counts_from_on
from sources
where is_counted and exchange_rate is null
order by document_type, document_id
