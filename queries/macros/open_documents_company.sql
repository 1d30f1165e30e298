-- Every document that is open at the end of a day, in company currency: at its booked rate, and at the last rate of the day.
-- Grain: one row per invoice_id, instalment_number, source_type, source_id.
-- Parameter seen_on date: as of the end of this day.
-- Parameter edges integers: last day of each bucket, in days overdue.
-- Parameter basis text: due_date or invoice_date, from which days overdue are counted.
-- Parameter dimension text: by what dimension_value groups (customer, sales_agent, segment, country, currency, product); null: by nothing.
-- Parameter company_currency text: ISO 4217.
--
-- A table macro of the warehouse, `open_documents_company(seen_on, edges, basis, dimension, company_currency)`: the one place that converts. Each
-- document is rounded by itself, halves away from zero, in the minor units of the company currency. What has no rate stays out;
-- receivables/ageing_without_rate says how many and how much.
select
    converted.* exclude (minor_units, rate_today),
    in_minor_units_at(amount_open, exchange_rate, converted.minor_units) as amount_booked_company,
    in_minor_units_at(amount_open, rate_today, converted.minor_units) as amount_today_company
from (
    select
        documents.*,
        currencies.minor_units,
        case
            when documents.currency = company_currency then documents.exchange_rate
            else coalesce(day_rates.rate_to_company, documents.exchange_rate)
        end as rate_today
    from open_documents(seen_on, edges, basis, dimension) as documents
    inner join currencies on currencies.currency = company_currency
    left join (
        select currency as rate_currency, rate_to_company
        from exchange_rates
        where rate_on <= seen_on and (rate_until_on is null or rate_until_on > seen_on)
    ) as day_rates on day_rates.rate_currency = documents.currency
    where documents.exchange_rate is not null
) as converted
