-- What falls due to Microsoft from a day on: supplier invoices not fully paid.
-- Grain: one row per supplier_invoice_id.
-- Permission: view_costs
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter week text = null: an ISO week such as 2026-W40 (what was due before stands in the first), or later; all when left out.
with

dated as (
    select
        items.supplier_invoice_id,
        items.currency,
        case when items.due_on <= $as_of_on then first_week.week else coalesce(weeks.week, 'later') end as week,
        items.issued_on,
        items.due_on,
        items.is_due_derived,
        items.due_on - $as_of_on as left_days,
        items.amount_total,
        items.amount_outstanding
    from supplier_items($as_of_on) as items
    cross join (select week from cash_weeks($as_of_on) where week_order = 1) as first_week
    left join cash_weeks($as_of_on) as weeks on items.due_on between weeks.starts_on and weeks.ends_on
    where $currency is null or items.currency = $currency
),

falling_due as (
    select * from dated where $week is null or week = $week order by due_on, supplier_invoice_id
)

select * from falling_due
