-- Subscriptions that Microsoft runs for customers.
-- Grain: one row per subscription_id.
create table canonical.subscriptions (
    subscription_id text not null,
    customer_id text not null,
    product_name text not null,
    quantity integer not null,
    subscription_status text not null check (subscription_status in ('none', 'active', 'pending', 'suspended', 'expired', 'disabled', 'deleted')),
    commerce_model text not null check (commerce_model in ('new_commerce', 'legacy', 'azure_plan')),
    microsoft_subscription_id text,
    sku_id text,
    amount_unit_price decimal(18, 4),
    currency text,
    billing_cycle text,
    term_duration text check (term_duration in ('P1M', 'P1Y', 'P3Y')),
    is_auto_renew boolean,
    started_on date,
    commitment_ends_on date,
    cancellable_until_on date,
    withdrawn_on date,
    primary key (subscription_id)
);
comment on column canonical.subscriptions.subscription_id is 'the partner''s key';
comment on column canonical.subscriptions.customer_id is 'the customer''s key';
comment on column canonical.subscriptions.product_name is 'product name';
comment on column canonical.subscriptions.quantity is 'seats or units';
comment on column canonical.subscriptions.subscription_status is 'Microsoft''s state';
comment on column canonical.subscriptions.commerce_model is 'decides what suspending costs';
comment on column canonical.subscriptions.microsoft_subscription_id is 'GUID';
comment on column canonical.subscriptions.sku_id is 'leading zeros stay';
comment on column canonical.subscriptions.amount_unit_price is 'per unit and cycle, up to 4 decimals';
comment on column canonical.subscriptions.currency is 'of the unit price';
comment on column canonical.subscriptions.billing_cycle is 'billing cycle';
comment on column canonical.subscriptions.term_duration is 'ISO 8601 duration';
comment on column canonical.subscriptions.is_auto_renew is 'is auto renew';
comment on column canonical.subscriptions.started_on is 'started on';
comment on column canonical.subscriptions.commitment_ends_on is 'commitment ends on';
comment on column canonical.subscriptions.cancellable_until_on is 'last day of the cancellation window';
comment on column canonical.subscriptions.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
