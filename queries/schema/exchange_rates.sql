-- Exchange rates to the company currency.
-- Grain: one row per rate_on, currency.
create table canonical.exchange_rates (
    rate_on date not null,
    currency text not null,
    rate_to_company decimal(24, 10) not null,
    withdrawn_on date,
    primary key (rate_on, currency)
);
comment on column canonical.exchange_rates.rate_on is 'rate on';
comment on column canonical.exchange_rates.currency is 'ISO 4217';
comment on column canonical.exchange_rates.rate_to_company is 'company currency per 1 unit of currency';
comment on column canonical.exchange_rates.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
