-- Customers: the businesses that the partner bills and supports.
-- Grain: one row per customer_id.
create table canonical.customers (
    customer_id text not null,
    customer_name text not null,
    currency text not null,
    domain_name text,
    country_code text,
    segment text,
    sales_agent text,
    payment_terms_days integer,
    credit_limit_amount decimal(18, 4),
    microsoft_tenant_id text,
    time_zone text,
    language text,
    contact_name text,
    contact_email text,
    created_on date,
    withdrawn_on date,
    primary key (customer_id)
);
comment on column canonical.customers.customer_id is 'the partner''s own key';
comment on column canonical.customers.customer_name is 'what people call the customer';
comment on column canonical.customers.currency is 'ISO 4217, the usual billing currency';
comment on column canonical.customers.domain_name is 'primary domain; may change';
comment on column canonical.customers.country_code is 'ISO 3166 alpha-2';
comment on column canonical.customers.segment is 'the partner''s own grouping';
comment on column canonical.customers.sales_agent is 'e-mail of the sales agent who owns the account';
comment on column canonical.customers.payment_terms_days is 'days from issue to due, as agreed';
comment on column canonical.customers.credit_limit_amount is 'in the customer''s currency';
comment on column canonical.customers.microsoft_tenant_id is 'GUID of the customer''s tenant';
comment on column canonical.customers.time_zone is 'IANA name';
comment on column canonical.customers.language is 'ISO 639, for letters';
comment on column canonical.customers.contact_name is 'whom to call';
comment on column canonical.customers.contact_email is 'where to write';
comment on column canonical.customers.created_on is 'customer since';
comment on column canonical.customers.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
