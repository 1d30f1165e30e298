-- Holds that the accounting system already knows: reasons not to suspend.
-- Grain: one row per hold_id.
create table canonical.holds (
    hold_id text not null,
    customer_id text not null,
    hold_type text not null check (hold_type in ('dispute', 'promise_to_pay', 'exemption')),
    starts_on date not null,
    ends_on date,
    invoice_id text,
    amount_held decimal(18, 4),
    currency text,
    reason text,
    owner text,
    withdrawn_on date,
    primary key (hold_id)
);
comment on column canonical.holds.hold_id is 'hold id';
comment on column canonical.holds.customer_id is 'the customer''s key';
comment on column canonical.holds.hold_type is 'hold type';
comment on column canonical.holds.starts_on is 'starts on';
comment on column canonical.holds.ends_on is 'last day that it holds; empty = open';
comment on column canonical.holds.invoice_id is 'empty: holds the customer';
comment on column canonical.holds.amount_held is 'amount held';
comment on column canonical.holds.currency is 'ISO 4217';
comment on column canonical.holds.reason is 'reason';
comment on column canonical.holds.owner is 'owner';
comment on column canonical.holds.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
