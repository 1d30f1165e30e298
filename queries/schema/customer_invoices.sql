-- Customer invoices: what the partner has billed.
-- Grain: one row per invoice_id.
create table canonical.customer_invoices (
    invoice_id text not null,
    customer_id text not null,
    issued_on date not null,
    currency text not null,
    amount_total decimal(18, 4) not null,
    due_on date,
    invoice_number text,
    exchange_rate decimal(24, 10),
    invoice_status text default 'posted' check (invoice_status in ('draft', 'posted', 'void')),
    voided_on date,
    description text,
    customer_name text,
    amount_outstanding_stated decimal(18, 4),
    stated_on date,
    withdrawn_on date,
    is_closed boolean,
    primary key (invoice_id)
);
comment on column canonical.customer_invoices.invoice_id is 'the invoice''s key';
comment on column canonical.customer_invoices.customer_id is 'the customer''s key';
comment on column canonical.customer_invoices.issued_on is 'issued on';
comment on column canonical.customer_invoices.currency is 'ISO 4217';
comment on column canonical.customer_invoices.amount_total is 'tax included, never negative';
comment on column canonical.customer_invoices.due_on is 'empty: aged from the issue date';
comment on column canonical.customer_invoices.invoice_number is 'as printed';
comment on column canonical.customer_invoices.exchange_rate is 'company currency per 1 unit of the document''s';
comment on column canonical.customer_invoices.invoice_status is 'invoice status';
comment on column canonical.customer_invoices.voided_on is 'from this day a void invoice no longer counts';
comment on column canonical.customer_invoices.description is 'description';
comment on column canonical.customer_invoices.customer_name is 'as on the invoice; names a customer of whom there is no row';
comment on column canonical.customer_invoices.amount_outstanding_stated is 'what is still owed, as the accounting system itself says';
comment on column canonical.customer_invoices.stated_on is 'from this day what that says is settled counts; empty: from the issue date';
comment on column canonical.customer_invoices.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
comment on column canonical.customer_invoices.is_closed is 'set by the build: withdrawn_on is the day of the first report of what is open without it; it was settled';
