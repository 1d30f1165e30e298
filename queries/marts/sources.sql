-- What can settle an invoice: payments (negative = money that left again) and credit notes.
-- Grain: one row per source_type, source_id.
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
        documents.amount_total,
        coalesce(currencies.minor_units, 2) as minor_units,
        case
            when documents.currency = (select company_currency from build) then cast(1 as decimal(24, 10))
            else coalesce(documents.exchange_rate, rates.rate_to_company)
        end as exchange_rate
    from documents
    left join currencies on currencies.currency = documents.currency
    left join exchange_rates as rates
        on rates.currency = documents.currency
        and rates.rate_on <= documents.counts_from_on
        and (rates.rate_until_on is null or rates.rate_until_on > documents.counts_from_on)
)

select * from booked order by customer_id, counts_from_on, source_id
