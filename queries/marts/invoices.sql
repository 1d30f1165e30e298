-- Customer invoices with the days on which they count and the rate at which they are booked.
-- Grain: one row per invoice_id.
with

invoices as (
    select
        *,
        coalesce(invoice_status, 'posted') as status,
        -- A void document counts on the days before it was voided, or never if that day is not known.
        least(
            case when invoice_status = 'void' then voided_on end, case when is_closed then null else withdrawn_on end
        ) as counts_until_on,
        -- What a report of open items no longer holds was settled by its day.
        case when is_closed then greatest(issued_on, withdrawn_on) end as closed_on
    from canonical.customer_invoices
),

dated as (
    select
        invoices.*,
        coalesce(currencies.minor_units, 2) as minor_units,
        case
            when status = 'draft' then false
            when status = 'void' and voided_on is null then false
            else coalesce(counts_until_on > issued_on, true)
        end as is_counted
    from invoices
    left join currencies on currencies.currency = invoices.currency
),

-- The last rate known on a day, looked up once for each day and not for each document.
booking_days as (
    select distinct currency, issued_on from canonical.customer_invoices
),

booking_rates as (
    select booking_days.currency, booking_days.issued_on, exchange_rates.rate_to_company
    from booking_days
    inner join exchange_rates
        on exchange_rates.currency = booking_days.currency
        and exchange_rates.rate_on <= booking_days.issued_on
        and (exchange_rates.rate_until_on is null or exchange_rates.rate_until_on > booking_days.issued_on)
),

booked as (
    select
        dated.invoice_id,
        dated.customer_id,
        dated.invoice_number,
        dated.currency,
        dated.status as invoice_status,
        dated.description,
        dated.issued_on,
        dated.due_on,
        coalesce(dated.due_on, dated.issued_on) as aged_from_on,
        dated.voided_on,
        dated.counts_until_on,
        dated.is_counted,
        dated.amount_total,
        dated.amount_outstanding_stated,
        dated.stated_on,
        dated.closed_on,
        dated.minor_units,
        case
            when dated.currency = (select company_currency from build) then cast(1 as decimal(24, 10))
            else coalesce(dated.exchange_rate, rates.rate_to_company)
        end as exchange_rate
    from dated
    left join booking_rates as rates on rates.currency = dated.currency and rates.issued_on = dated.issued_on
)

select * from booked order by customer_id, issued_on, invoice_id
