-- Exchange rates, each with the day until which it is the last known one (exclusive; null = still).
-- Grain: one row per currency, rate_on.
with

rates as (
    select * from canonical.exchange_rates where withdrawn_on is null
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
