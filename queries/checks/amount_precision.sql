-- Instalments and allocations with more decimals than their invoice's currency has, not in force
-- Grain: one row per document_type, document_id.
-- Level: warn
with

amounts as (
    select 'allocation' as document_type, allocation_id as document_id, invoice_id, amount_applied as amount_given
    from allocations_apart
    union all
    select 'instalment', invoice_id || ' ' || instalment_number, invoice_id, amount_total
    from canonical.instalments
),

amount_precision as (
    select amounts.document_type, amounts.document_id, invoices.currency, amounts.amount_given
    from amounts
    inner join invoices on invoices.invoice_id = amounts.invoice_id
    where cast(cast(amounts.amount_given as decimal(38, 4)) * 10000 as hugeint) % cast(power(10, 4 - invoices.minor_units) as hugeint) <> 0
)

select * from amount_precision order by document_type, document_id
