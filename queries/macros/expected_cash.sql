-- Open items with the day and the week in which their money is expected, and what of it is here already, at the end of a day.
-- Grain: one row per invoice_id, instalment_number.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
--
-- A table macro of the warehouse, `expected_cash(seen_on, seen_by)`. week is the ISO week of expected_on, or why there is none: `disputed` (a
-- dispute holds the invoice or the customer), `no_day` (expected_days gives none), `later` (after the 13th week). Money of the
-- customer that is unapplied is here already: it is set against the items of its currency, the oldest due first, and not expected
-- again. Company currency at booked rates, each item rounded, null without a rate.
with

company as (
    select build.company_currency, currencies.minor_units
    from build
    inner join currencies on currencies.currency = build.company_currency
),

money_here as (
    select customer_id, currency, greatest(0, -sum(amount_unapplied)) as amount_here
    from unapplied
    where open_from_on <= seen_on and (open_until_on is null or open_until_on > seen_on)
    group by customer_id, currency
),

holds_then as (
    select *
    from every_hold()
    where hold_type in ('dispute', 'promise_to_pay')
        and starts_on <= seen_on
        and (ends_on is null or ends_on >= seen_on)
        and (withdrawn_on is null or withdrawn_on > seen_on)
),

held_items as (
    select
        items.invoice_id,
        bool_or(holds_then.hold_type = 'dispute') as is_disputed,
        min(holds_then.ends_on) filter (where holds_then.hold_type = 'promise_to_pay') as promised_on
    from (
        select distinct customer_id, invoice_id
        from open_items
        where open_from_on <= seen_on and (open_until_on is null or open_until_on > seen_on)
    ) as items
    inner join holds_then
        on holds_then.customer_id = items.customer_id
        and (holds_then.invoice_id is null or holds_then.invoice_id = items.invoice_id)
    group by items.invoice_id
),

items as (
    select
        expected.*,
        coalesce(held_items.is_disputed, false) as is_disputed,
        held_items.promised_on,
        cast(greatest(0, least(
            expected.amount_outstanding,
            coalesce(money_here.amount_here, 0) - sum(expected.amount_outstanding) over (
                partition by expected.customer_id, expected.currency
                order by expected.aged_from_on, expected.invoice_id, expected.instalment_number
                rows between unbounded preceding and current row
            ) + expected.amount_outstanding
        )) as decimal(38, 4)) as amount_already_here
    from expected_days(seen_on, seen_by) as expected
    left join money_here on money_here.customer_id = expected.customer_id and money_here.currency = expected.currency
    left join held_items on held_items.invoice_id = expected.invoice_id
),

booked as (
    select
        items.*,
        company.company_currency,
        in_minor_units_at(items.amount_outstanding, items.exchange_rate, company.minor_units) as amount_outstanding_company,
        in_minor_units_at(cast(items.amount_already_here as decimal(18, 4)), items.exchange_rate, company.minor_units)
            as amount_already_here_company
    from items
    cross join company
)

select
    booked.customer_id,
    booked.invoice_id,
    booked.instalment_number,
    booked.currency,
    booked.company_currency,
    booked.basis,
    case
        when booked.is_disputed then 'disputed'
        when booked.expected_on is null then 'no_day'
        else coalesce(weeks.week, 'later')
    end as week,
    booked.is_disputed,
    booked.issued_on,
    booked.due_on,
    booked.aged_from_on,
    booked.expected_on,
    booked.earliest_on,
    booked.latest_on,
    booked.likely_days,
    booked.promised_on,
    booked.amount_outstanding,
    booked.amount_already_here,
    cast(booked.amount_outstanding as decimal(38, 4)) - booked.amount_already_here as amount_expected,
    booked.amount_outstanding_company,
    booked.amount_already_here_company,
    booked.amount_outstanding_company - booked.amount_already_here_company as amount_expected_company,
    booked.own_paid_count
from booked
left join cash_weeks(seen_on) as weeks on booked.expected_on between weeks.starts_on and weeks.ends_on
