-- Case events: the history of a case; with them its past is exact.
-- Grain: one row per case_id, occurred_at, event_type.
create table canonical.case_events (
    case_id text not null,
    occurred_at timestamp not null,
    event_type text not null check (event_type in ('opened', 'replied', 'waiting_on_customer', 'resumed', 'escalated', 'resolved', 'closed', 'reopened')),
    actor text,
    note text,
    withdrawn_on date,
    primary key (case_id, occurred_at, event_type)
);
comment on column canonical.case_events.case_id is 'case id';
comment on column canonical.case_events.occurred_at is 'UTC';
comment on column canonical.case_events.event_type is 'event type';
comment on column canonical.case_events.actor is 'actor';
comment on column canonical.case_events.note is 'note';
comment on column canonical.case_events.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
