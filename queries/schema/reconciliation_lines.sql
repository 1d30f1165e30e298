-- Reconciliation lines: Microsoft's own line items, in Microsoft's own precision.
-- Grain: one row per line_id.
create table canonical.reconciliation_lines (
    line_id text not null,
    partner_id text,
    microsoft_tenant_id text not null,
    customer_name text,
    domain_name text,
    country_code text,
    supplier_invoice_id text,
    mpn_id text,
    reseller_mpn_id text,
    order_id text,
    ordered_at timestamp,
    product_id text,
    sku_id text,
    availability_id text,
    sku_name text,
    product_name text,
    charge_type text not null,
    amount_unit_price decimal(38, 18),
    quantity decimal(38, 18),
    amount_subtotal decimal(38, 18) not null,
    amount_tax decimal(38, 18),
    amount_total decimal(38, 18) not null,
    currency text not null,
    price_adjustment_description text,
    publisher_name text,
    publisher_id text,
    subscription_description text,
    microsoft_subscription_id text,
    charge_starts_at timestamp,
    charge_ends_at timestamp,
    term_and_billing_cycle text,
    amount_effective_unit_price decimal(38, 18),
    unit_type text,
    alternate_id text,
    billable_quantity decimal(38, 18),
    billing_frequency text,
    pricing_currency text,
    pricing_exchange_rate decimal(38, 18),
    pricing_exchange_rate_at timestamp,
    meter_description text,
    reservation_order_id text,
    credit_reason_code text,
    subscription_starts_at timestamp,
    subscription_ends_at timestamp,
    reference_id text,
    product_qualifiers text,
    promotion_id text,
    product_category text,
    withdrawn_on date,
    primary key (line_id)
);
comment on column canonical.reconciliation_lines.line_id is 'the landed file''s hash and the line';
comment on column canonical.reconciliation_lines.partner_id is 'the partner''s tenant';
comment on column canonical.reconciliation_lines.microsoft_tenant_id is 'the customer''s tenant: CustomerId of the file';
comment on column canonical.reconciliation_lines.customer_name is 'as Microsoft knows it';
comment on column canonical.reconciliation_lines.domain_name is 'may change over time';
comment on column canonical.reconciliation_lines.country_code is 'ISO 3166';
comment on column canonical.reconciliation_lines.supplier_invoice_id is 'InvoiceNumber: G and nine digits';
comment on column canonical.reconciliation_lines.mpn_id is 'the partner''s location id';
comment on column canonical.reconciliation_lines.reseller_mpn_id is '0 when there is none';
comment on column canonical.reconciliation_lines.order_id is 'order id';
comment on column canonical.reconciliation_lines.ordered_at is 'UTC; of the billing event';
comment on column canonical.reconciliation_lines.product_id is 'product id';
comment on column canonical.reconciliation_lines.sku_id is 'leading zeros stay';
comment on column canonical.reconciliation_lines.availability_id is 'availability id';
comment on column canonical.reconciliation_lines.sku_name is 'sku name';
comment on column canonical.reconciliation_lines.product_name is 'product name';
comment on column canonical.reconciliation_lines.charge_type is 'as written; three casings occur';
comment on column canonical.reconciliation_lines.amount_unit_price is 'list price, in the pricing currency';
comment on column canonical.reconciliation_lines.quantity is 'never reconcile on this: billable_quantity';
comment on column canonical.reconciliation_lines.amount_subtotal is 'before tax, signed';
comment on column canonical.reconciliation_lines.amount_tax is 'tax';
comment on column canonical.reconciliation_lines.amount_total is 'subtotal and tax, signed';
comment on column canonical.reconciliation_lines.currency is 'ISO 4217, of billing';
comment on column canonical.reconciliation_lines.price_adjustment_description is 'price adjustment description';
comment on column canonical.reconciliation_lines.publisher_name is 'publisher name';
comment on column canonical.reconciliation_lines.publisher_id is 'publisher id';
comment on column canonical.reconciliation_lines.subscription_description is 'subscription description';
comment on column canonical.reconciliation_lines.microsoft_subscription_id is 'GUID';
comment on column canonical.reconciliation_lines.charge_starts_at is 'UTC';
comment on column canonical.reconciliation_lines.charge_ends_at is 'UTC; empty for perpetual software';
comment on column canonical.reconciliation_lines.term_and_billing_cycle is 'free text';
comment on column canonical.reconciliation_lines.amount_effective_unit_price is 'may be negative';
comment on column canonical.reconciliation_lines.unit_type is 'unit type';
comment on column canonical.reconciliation_lines.alternate_id is 'alternate id';
comment on column canonical.reconciliation_lines.billable_quantity is 'positive on refunds too';
comment on column canonical.reconciliation_lines.billing_frequency is 'Monthly, Annual or empty';
comment on column canonical.reconciliation_lines.pricing_currency is 'ISO 4217';
comment on column canonical.reconciliation_lines.pricing_exchange_rate is 'pricing to billing currency';
comment on column canonical.reconciliation_lines.pricing_exchange_rate_at is 'UTC';
comment on column canonical.reconciliation_lines.meter_description is 'meter description';
comment on column canonical.reconciliation_lines.reservation_order_id is 'GUID';
comment on column canonical.reconciliation_lines.credit_reason_code is 'not filled for refunds';
comment on column canonical.reconciliation_lines.subscription_starts_at is 'UTC';
comment on column canonical.reconciliation_lines.subscription_ends_at is 'UTC';
comment on column canonical.reconciliation_lines.reference_id is 'groups the lines of one change';
comment on column canonical.reconciliation_lines.product_qualifiers is 'as written';
comment on column canonical.reconciliation_lines.promotion_id is 'promotion id';
comment on column canonical.reconciliation_lines.product_category is 'product category';
comment on column canonical.reconciliation_lines.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
