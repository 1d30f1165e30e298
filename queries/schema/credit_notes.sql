-- Credit notes: money taken back off what was billed.
-- Grain: one row per credit_note_id.
create table canonical.credit_notes (
    credit_note_id text not null,
    customer_id text not null,
    issued_on date not null,
    currency text not null,
    amount_total decimal(18, 4) not null,
    exchange_rate decimal(24, 10),
    credit_note_status text default 'posted' check (credit_note_status in ('draft', 'posted', 'void')),
    voided_on date,
    reason text,
    amount_unapplied_stated decimal(18, 4),
    withdrawn_on date,
    primary key (credit_note_id)
);
comment on column canonical.credit_notes.credit_note_id is 'credit note id';
comment on column canonical.credit_notes.customer_id is 'the customer''s key';
comment on column canonical.credit_notes.issued_on is 'issued on';
comment on column canonical.credit_notes.currency is 'ISO 4217';
comment on column canonical.credit_notes.amount_total is 'positive';
comment on column canonical.credit_notes.exchange_rate is 'company currency per 1 unit';
comment on column canonical.credit_notes.credit_note_status is 'credit note status';
comment on column canonical.credit_notes.voided_on is 'voided on';
comment on column canonical.credit_notes.reason is 'reason';
comment on column canonical.credit_notes.amount_unapplied_stated is 'what is not applied yet, as the accounting system itself says';
comment on column canonical.credit_notes.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
