-- Support offers: what each customer was promised.
-- Grain: one row per customer_id, offer_name.
create table canonical.support_offers (
    customer_id text not null,
    offer_name text not null,
    delivery_model text not null check (delivery_model in ('own', 'resold', 'outsourced', 'mixed')),
    service_hours text not null,
    contact_method text not null,
    amount_price decimal(18, 4),
    currency text,
    response_minutes_a integer,
    response_minutes_b integer,
    response_minutes_c integer,
    withdrawn_on date,
    primary key (customer_id, offer_name)
);
comment on column canonical.support_offers.customer_id is 'the customer''s key';
comment on column canonical.support_offers.offer_name is 'offer name';
comment on column canonical.support_offers.delivery_model is 'delivery model';
comment on column canonical.support_offers.service_hours is 'in words';
comment on column canonical.support_offers.contact_method is 'contact method';
comment on column canonical.support_offers.amount_price is 'amount price';
comment on column canonical.support_offers.currency is 'ISO 4217';
comment on column canonical.support_offers.response_minutes_a is 'promised first response, severity A';
comment on column canonical.support_offers.response_minutes_b is 'severity B';
comment on column canonical.support_offers.response_minutes_c is 'severity C';
comment on column canonical.support_offers.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
