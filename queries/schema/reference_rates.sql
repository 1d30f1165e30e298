-- Reference rates: what a central bank published, as it stands, in units of each currency per 1 unit of its own.
-- Grain: one row per rate_on, base_currency, currency.
create table canonical.reference_rates (
    rate_on date not null,
    base_currency text not null,
    currency text not null,
    units_per_base decimal(24, 10) not null,
    withdrawn_on date,
    primary key (rate_on, base_currency, currency)
);
comment on column canonical.reference_rates.rate_on is 'rate on';
comment on column canonical.reference_rates.base_currency is 'ISO 4217, the publisher''s own';
comment on column canonical.reference_rates.currency is 'ISO 4217';
comment on column canonical.reference_rates.units_per_base is 'units of currency per 1 unit of base_currency';
comment on column canonical.reference_rates.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
