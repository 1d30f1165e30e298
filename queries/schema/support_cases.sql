-- Support cases: what customers asked of the partner.
-- Grain: one row per case_id.
create table canonical.support_cases (
    case_id text not null,
    customer_id text not null,
    case_category text not null,
    case_status text not null check (case_status in ('new', 'open', 'waiting_on_customer', 'escalated', 'resolved', 'closed')),
    opened_at timestamp not null,
    support_type text check (support_type in ('billing', 'subscription_management', 'technical')),
    title text,
    case_subcategory text,
    product_name text,
    severity text check (severity in ('A', 'B', 'C')),
    first_replied_at timestamp,
    resolved_at timestamp,
    closed_at timestamp,
    assignee text,
    channel text,
    reopened_count integer,
    withdrawn_on date,
    primary key (case_id)
);
comment on column canonical.support_cases.case_id is 'case id';
comment on column canonical.support_cases.customer_id is 'the customer''s key';
comment on column canonical.support_cases.case_category is 'case category';
comment on column canonical.support_cases.case_status is 'case status';
comment on column canonical.support_cases.opened_at is 'UTC';
comment on column canonical.support_cases.support_type is 'support type';
comment on column canonical.support_cases.title is 'title';
comment on column canonical.support_cases.case_subcategory is 'case subcategory';
comment on column canonical.support_cases.product_name is 'product name';
comment on column canonical.support_cases.severity is 'severity';
comment on column canonical.support_cases.first_replied_at is 'UTC';
comment on column canonical.support_cases.resolved_at is 'UTC';
comment on column canonical.support_cases.closed_at is 'UTC';
comment on column canonical.support_cases.assignee is 'assignee';
comment on column canonical.support_cases.channel is 'channel';
comment on column canonical.support_cases.reopened_count is 'reopened count';
comment on column canonical.support_cases.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
