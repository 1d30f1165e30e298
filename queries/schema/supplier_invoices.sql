-- Supplier invoices: what Microsoft bills the partner.
-- Grain: one row per supplier_invoice_id.
create table canonical.supplier_invoices (
    supplier_invoice_id text not null,
    issued_on date not null,
    currency text not null,
    amount_total decimal(18, 4) not null,
    due_on date,
    amount_paid decimal(18, 4),
    document_type text,
    invoice_type text,
    withdrawn_on date,
    primary key (supplier_invoice_id)
);
comment on column canonical.supplier_invoices.supplier_invoice_id is 'supplier invoice id';
comment on column canonical.supplier_invoices.issued_on is 'issued on';
comment on column canonical.supplier_invoices.currency is 'ISO 4217';
comment on column canonical.supplier_invoices.amount_total is 'amount total';
comment on column canonical.supplier_invoices.due_on is 'empty: issued_on + 60 days, shown as derived';
comment on column canonical.supplier_invoices.amount_paid is 'amount paid';
comment on column canonical.supplier_invoices.document_type is 'document type';
comment on column canonical.supplier_invoices.invoice_type is 'invoice type';
comment on column canonical.supplier_invoices.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
