-- Allocations: which source settles which invoice.
-- Grain: one row per allocation_id.
create table canonical.allocations (
    allocation_id text not null,
    applied_on date not null,
    source_type text not null check (source_type in ('payment', 'credit_note', 'write_off')),
    invoice_id text not null,
    amount_applied decimal(18, 4) not null,
    source_id text,
    instalment_number integer,
    amount_from_source decimal(18, 4),
    withdrawn_on date,
    primary key (allocation_id)
);
comment on column canonical.allocations.allocation_id is 'allocation id';
comment on column canonical.allocations.applied_on is 'applied on';
comment on column canonical.allocations.source_type is 'source type';
comment on column canonical.allocations.invoice_id is 'the invoice''s key';
comment on column canonical.allocations.amount_applied is 'in the invoice''s currency; negative = un-applied again';
comment on column canonical.allocations.source_id is 'empty for a write-off';
comment on column canonical.allocations.instalment_number is 'empty: oldest due first';
comment on column canonical.allocations.amount_from_source is 'in the source''s currency; required when the two currencies differ';
comment on column canonical.allocations.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
