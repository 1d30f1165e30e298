-- What can settle an invoice: payments (negative = money that left again) and credit notes.
-- Grain: one row per source_type, source_id.
--
-- Where the accounting system itself says what is not applied yet, a source has that and what its allocations to known
-- invoices take: what it gave to invoices that are not here is not money on account.
with

documents as (
    select
        'payment' as source_type,
        payment_id as source_id,
        customer_id,
        currency,
        received_on as counts_from_on,
        withdrawn_on as counts_until_on,
        amount_total,
        amount_unapplied_stated,
        exchange_rate,
        payment_method,
        reference,
        coalesce(withdrawn_on > received_on, true) as is_counted
    from canonical.payments
    union all
    select
        'credit_note',
        credit_note_id,
        customer_id,
        currency,
        issued_on,
        least(case when credit_note_status = 'void' then voided_on end, withdrawn_on),
        amount_total,
        amount_unapplied_stated,
        exchange_rate,
        null,
        reason,
        case
            when credit_note_status = 'draft' then false
            when credit_note_status = 'void' and voided_on is null then false
            else coalesce(least(case when credit_note_status = 'void' then voided_on end, withdrawn_on) > issued_on, true)
        end
    from canonical.credit_notes
),

stated as (
    select 'payment' as source_type, payment_id as source_id from canonical.payments where amount_unapplied_stated is not null
    union all
    select 'credit_note', credit_note_id from canonical.credit_notes where amount_unapplied_stated is not null
),

applied as (
    select
        allocations.source_type,
        allocations.source_id,
        sum(coalesce(allocations.amount_from_source, allocations.amount_applied)) as amount_applied
    from canonical.allocations as allocations
    inner join stated on stated.source_type = allocations.source_type and stated.source_id = allocations.source_id
    where allocations.withdrawn_on is null and allocations.invoice_id in (select invoice_id from invoices where is_counted)
    group by allocations.source_type, allocations.source_id
),

-- The last rate known on a day, looked up once for each day and not for each document.
booking_days as (
    select currency, received_on as counts_from_on from canonical.payments
    union
    select currency, issued_on from canonical.credit_notes
),

booking_rates as (
    select booking_days.currency, booking_days.counts_from_on, exchange_rates.rate_to_company
    from booking_days
    inner join exchange_rates
        on exchange_rates.currency = booking_days.currency
        and exchange_rates.rate_on <= booking_days.counts_from_on
        and (exchange_rates.rate_until_on is null or exchange_rates.rate_until_on > booking_days.counts_from_on)
),

booked as (
    select
        documents.source_type,
        documents.source_id,
        documents.customer_id,
        documents.currency,
        documents.payment_method,
        documents.reference,
        documents.counts_from_on,
        documents.counts_until_on,
        documents.is_counted,
        cast(
            case
                when documents.amount_unapplied_stated is null then documents.amount_total
                when documents.amount_total >= 0 then greatest(
                    0, least(documents.amount_total, documents.amount_unapplied_stated + coalesce(applied.amount_applied, 0))
                )
                else least(
                    0, greatest(documents.amount_total, documents.amount_unapplied_stated + coalesce(applied.amount_applied, 0))
                )
            end as decimal(18, 4)
        ) as amount_total,
        coalesce(currencies.minor_units, 2) as minor_units,
        case
            when documents.currency = (select company_currency from build) then cast(1 as decimal(24, 10))
            else coalesce(documents.exchange_rate, rates.rate_to_company)
        end as exchange_rate
    from documents
    left join applied on applied.source_type = documents.source_type and applied.source_id = documents.source_id
    left join currencies on currencies.currency = documents.currency
    left join booking_rates as rates
        on rates.currency = documents.currency and rates.counts_from_on = documents.counts_from_on
)

select * from booked order by customer_id, counts_from_on, source_id
