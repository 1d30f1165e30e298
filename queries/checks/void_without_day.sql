-- Void documents that do not say since when: they never count
-- Grain: one row per document_type, document_id.
-- Level: warn
select 'invoice' as document_type, invoice_id as document_id, customer_id
from canonical.customer_invoices
where invoice_status = 'void' and voided_on is null
union all
select 'credit_note', credit_note_id, customer_id
from canonical.credit_notes
where credit_note_status = 'void' and voided_on is null
order by document_type, document_id
