-- Notices sent before or outside this tool.
-- Grain: one row per notice_id.
create table canonical.notices (
    notice_id text not null,
    customer_id text not null,
    notice_type text not null check (notice_type in ('reminder', 'overdue', 'final_notice')),
    sent_on date not null,
    currency text,
    channel text,
    withdrawn_on date,
    primary key (notice_id)
);
comment on column canonical.notices.notice_id is 'notice id';
comment on column canonical.notices.customer_id is 'the customer''s key';
comment on column canonical.notices.notice_type is 'notice type';
comment on column canonical.notices.sent_on is 'sent on';
comment on column canonical.notices.currency is 'empty: covers every currency';
comment on column canonical.notices.channel is 'channel';
comment on column canonical.notices.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
