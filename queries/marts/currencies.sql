-- Currencies and their minor units, as ISO 4217 gives them; filled by the build from the library.
-- Grain: one row per currency.
select currency, minor_units from iso_currencies
