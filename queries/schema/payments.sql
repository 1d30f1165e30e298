-- Payments received; negative is money that left again (refund, chargeback, bounced debit).
-- Grain: one row per payment_id.
create table canonical.payments (
    payment_id text not null,
    customer_id text not null,
    received_on date not null,
    currency text not null,
    amount_total decimal(18, 4) not null,
    exchange_rate decimal(24, 10),
    payment_method text,
    reference text,
    amount_unapplied_stated decimal(18, 4),
    withdrawn_on date,
    primary key (payment_id)
);
comment on column canonical.payments.payment_id is 'payment id';
comment on column canonical.payments.customer_id is 'the customer''s key';
comment on column canonical.payments.received_on is 'received on';
comment on column canonical.payments.currency is 'ISO 4217';
comment on column canonical.payments.amount_total is 'signed';
comment on column canonical.payments.exchange_rate is 'company currency per 1 unit';
comment on column canonical.payments.payment_method is 'payment method';
comment on column canonical.payments.reference is 'reference';
comment on column canonical.payments.amount_unapplied_stated is 'what is not applied yet, as the accounting system itself says';
comment on column canonical.payments.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
