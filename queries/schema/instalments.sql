-- Instalments of an invoice, each with its own due date.
-- Grain: one row per invoice_id, instalment_number.
create table canonical.instalments (
    invoice_id text not null,
    instalment_number integer not null,
    due_on date not null,
    amount_total decimal(18, 4) not null,
    withdrawn_on date,
    primary key (invoice_id, instalment_number)
);
comment on column canonical.instalments.invoice_id is 'the invoice''s key';
comment on column canonical.instalments.instalment_number is 'instalment number';
comment on column canonical.instalments.due_on is 'due on';
comment on column canonical.instalments.amount_total is 'in the invoice''s currency';
comment on column canonical.instalments.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
