-- Documents dated later than the day of this build
-- Grain: one row per document_type, document_id.
-- Level: warn
select 'invoice' as document_type, invoice_id as document_id, issued_on as dated_on
from invoices
where issued_on > (select as_of_on from build)
union all
select source_type, source_id, counts_from_on
from sources
where counts_from_on > (select as_of_on from build)
order by document_type, document_id
