-- Exchange rates to the company currency, each with the day until which it is the last known one (exclusive; null = still).
-- Grain: one row per currency, rate_on.
--
-- The partner's own rate of a day counts before a published one. Published rates are kept as they were published, in units per 1 unit
-- of the publisher's currency, and become rates to the company currency only here: the quotient of two rates of one publisher and day,
-- exact, rounded half up to 10 decimals. Another company currency is therefore another build, not another import. On a day on
-- which the company currency was not published, nothing is known.
with

company as (
    select company_currency from build
),

own_rates as (
    select currency, rate_on, rate_to_company
    from canonical.exchange_rates
    where withdrawn_on is null
),

published as (
    select rate_on, base_currency, currency, cast(units_per_base * 10000000000 as hugeint) as units
    from canonical.reference_rates
    where withdrawn_on is null and currency <> base_currency
),

-- The publisher's own currency: 1 unit per unit, in the same ten decimals.
bases as (
    select distinct rate_on, base_currency, base_currency as currency, cast(10000000000 as hugeint) as units
    from published
),

quoted as (
    select * from published
    union all
    select * from bases
),

crossed as (
    select
        quoted.currency,
        quoted.rate_on,
        quoted.base_currency,
        of_company.currency = of_company.base_currency as is_published_in_company_currency,
        (2 * of_company.units * 10000000000 + quoted.units) // (2 * quoted.units) as rate_units
    from quoted
    inner join quoted as of_company
        on of_company.rate_on = quoted.rate_on and of_company.base_currency = quoted.base_currency
    inner join company on company.company_currency = of_company.currency
    where quoted.currency <> of_company.currency
),

-- A rate that ten decimals and fourteen digits before the point cannot hold is none; of two publishers, the one whose own currency is
-- the company's.
published_rates as (
    select currency, rate_on, cast(rate_units as decimal(38, 0)) * cast(0.0000000001 as decimal(10, 10)) as rate_to_company
    from crossed
    where rate_units between 1 and 999999999999999999999999
    qualify row_number() over (
        partition by currency, rate_on order by is_published_in_company_currency desc, base_currency
    ) = 1
),

rates as (
    select currency, rate_on, rate_to_company from own_rates
    union all
    select published_rates.currency, published_rates.rate_on, cast(published_rates.rate_to_company as decimal(24, 10))
    from published_rates
    left join own_rates on own_rates.currency = published_rates.currency and own_rates.rate_on = published_rates.rate_on
    where own_rates.currency is null
),

rates_with_end as (
    select
        currency,
        rate_on,
        lead(rate_on) over (partition by currency order by rate_on) as rate_until_on,
        rate_to_company
    from rates
)

select * from rates_with_end
