-- What is open or not applied at the end of a day, narrow, in company currency: at its booked rate, and at the last rate of the day.
-- Grain: one row per item of open_items or rest of unapplied.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter company_currency text: ISO 4217.
--
-- A table macro of the warehouse, `amounts_on_company(seen_on, seen_by, company_currency)`: open_documents_company without what only a list
-- shows, converted alike: each document by itself, and without a rate not at all.
select
    amounts.*,
    in_minor_units_at(amounts.amount_open, amounts.exchange_rate, company.minor_units) as amount_booked_company,
    in_minor_units_at(
        amounts.amount_open,
        case
            when amounts.currency = company_currency then amounts.exchange_rate
            else coalesce(day_rates.rate_to_company, amounts.exchange_rate)
        end,
        company.minor_units
    ) as amount_today_company
from amounts_on(seen_on, seen_by, null) as amounts
cross join (select minor_units from currencies where currencies.currency = company_currency) as company
left join (
    select currency as rate_currency, rate_to_company
    from exchange_rates
    where rate_on <= seen_on and (rate_until_on is null or rate_until_on > seen_on)
) as day_rates on day_rates.rate_currency = amounts.currency
where amounts.exchange_rate is not null
