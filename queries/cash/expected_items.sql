-- Open items with the day on which each is expected to be paid, and the range of days that holds four times in five.
-- Grain: one row per invoice_id, instalment_number.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter week text = null: an ISO week such as 2026-W40, or later, no_day, disputed, already_here; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: holds_decided
--
-- How a day is told: the macros payment_habits, expected_days and expected_cash. A promise to pay stands beside the day and does not
-- move it. row_count counts all rows.
with

items as (
    select customers.customer_name, expected.*
    from expected_cash($as_of_on, $viewer_agent) as expected
    inner join customers on customers.customer_id = expected.customer_id
    where ($currency is null or expected.currency = $currency)
        and ($customer_id is null or expected.customer_id = $customer_id)
        and (
            $week is null
            or ($week = 'already_here' and expected.amount_already_here > 0)
            or ($week = expected.week and expected.amount_expected > 0)
        )
),

expected_items as (
    select
        customer_id,
        customer_name,
        invoice_id,
        instalment_number,
        currency,
        basis,
        week,
        is_disputed,
        issued_on,
        due_on,
        expected_on,
        earliest_on,
        latest_on,
        promised_on,
        expected_on - aged_from_on as expected_late_days,
        $as_of_on - aged_from_on as overdue_days,
        cast(amount_outstanding as decimal(38, 4)) as amount_outstanding,
        amount_already_here,
        amount_expected,
        own_paid_count,
        count(*) over () as row_count
    from items
    order by expected_on nulls last, aged_from_on, customer_id, invoice_id, instalment_number
    limit $row_limit offset $row_offset
)

select * from expected_items
