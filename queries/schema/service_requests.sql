-- Service requests: cases escalated to Microsoft.
-- Grain: one row per service_request_id.
create table canonical.service_requests (
    service_request_id text not null,
    support_vehicle text not null check (support_vehicle in ('commercial', 'psfp', 'asfp', 'cloud', 'on_premises')),
    opened_at timestamp not null,
    case_id text,
    customer_id text,
    support_plan_id text,
    severity text check (severity in ('A', 'B', 'C')),
    closed_at timestamp,
    service_request_status text,
    hours_used decimal(18, 4),
    title text,
    withdrawn_on date,
    primary key (service_request_id)
);
comment on column canonical.service_requests.service_request_id is 'service request id';
comment on column canonical.service_requests.support_vehicle is 'support vehicle';
comment on column canonical.service_requests.opened_at is 'UTC';
comment on column canonical.service_requests.case_id is 'case id';
comment on column canonical.service_requests.customer_id is 'the customer''s key';
comment on column canonical.service_requests.support_plan_id is 'empty: its vehicle''s plan running that day';
comment on column canonical.service_requests.severity is 'severity';
comment on column canonical.service_requests.closed_at is 'UTC';
comment on column canonical.service_requests.service_request_status is 'service request status';
comment on column canonical.service_requests.hours_used is 'hours';
comment on column canonical.service_requests.title is 'title';
comment on column canonical.service_requests.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
