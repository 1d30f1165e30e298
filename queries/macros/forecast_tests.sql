-- What the forecast and three simple rules would have said at the ends of past months, beside what happened.
-- Grain: one row per cutoff_on, invoice_id, instalment_number, method.
-- Parameter seen_on date: what happened is read as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
--
-- A table macro of the warehouse, `forecast_tests(seen_on, seen_by)`. Cut-off days are the last 24 ends of months whose 13 weeks were over by the
-- day, and before which payments had been seen for at least 60 days: a shorter past knows only those who pay early. At each, every item open then is predicted from what was known then: by `own_history` (the forecast), or late by nothing
-- (`due_date`), by the customer's mean (`customer_mean`; of all customers for who never paid) or by the median of all customers
-- (`portfolio_median`); none of them may say a day that was over. The ranges of the simple rules are the same 1/10 and 9/10 points of the
-- days they stand on; the due date has none. outcome: `paid`; `open` still; `unpaid` (ended without a payment: credited, written off,
-- void); `no_day` (the forecast gave none; no method is measured on it).
with

actual as (
    select settlements.*
    from item_settlements(seen_on) as settlements
    inner join customers on customers.customer_id = settlements.customer_id
    where seen_by is null or customers.sales_agent = seen_by
),

cutoffs as (
    select cutoff_on
    from (
        select cast(date_trunc('month', seen_on - 90) - to_months(step) as date) - 1 as cutoff_on
        from (select unnest(generate_series(0, 23)) as step) as steps
    ) as month_ends
    where cutoff_on >= (select min(settled_on) + 60 from actual where has_payment)
),

predicted as (
    select cutoffs.cutoff_on, expected.*
    from cutoffs, lateral (select * from expected_days(cutoffs.cutoff_on, seen_by)) as expected
),

ended as (
    select
        predicted.*,
        actual.settled_on,
        case
            when predicted.expected_on is null then 'no_day'
            when actual.invoice_id is null or (actual.settled_on is not null and not actual.has_payment) then 'unpaid'
            when actual.settled_on is null then 'open'
            else 'paid'
        end as outcome
    from predicted
    left join actual
        on actual.customer_id = predicted.customer_id
        and actual.invoice_id = predicted.invoice_id
        and actual.instalment_number is not distinct from predicted.instalment_number
),

-- Days late, as each method says them.
said as (
    select
        *,
        'own_history' as method,
        1 as method_order,
        cast(expected_on - aged_from_on as integer) as said_days,
        cast(earliest_on - aged_from_on as integer) as early_days,
        cast(latest_on - aged_from_on as integer) as late_days
    from ended
    union all
    select *, 'due_date', 2, greatest(0, least_days), null, null
    from ended
    union all
    select
        *,
        'customer_mean',
        3,
        greatest(cast(round(mean_late_days) as integer), least_days),
        greatest(coalesce(own_days[(len(own_days) + 9) // 10], portfolio_early_days), least_days),
        greatest(coalesce(own_days[(9 * len(own_days) + 9) // 10], portfolio_late_days), least_days)
    from ended
    union all
    select
        *,
        'portfolio_median',
        4,
        greatest(portfolio_median_days, least_days),
        greatest(portfolio_early_days, least_days),
        greatest(portfolio_late_days, least_days)
    from ended
)

select
    customer_id,
    invoice_id,
    instalment_number,
    currency,
    method,
    outcome,
    cutoff_on,
    aged_from_on + said_days as said_on,
    aged_from_on + early_days as early_on,
    aged_from_on + late_days as late_on,
    settled_on,
    aged_from_on,
    likely_days,
    amount_outstanding,
    -- Positive: paid later than said.
    case when outcome = 'paid' then cast(settled_on - aged_from_on - said_days as integer) end as error_days,
    -- An item that is still open was paid outside its range once the range is over; before that nobody knows.
    case
        when outcome = 'paid' then settled_on - aged_from_on between early_days and late_days
        when outcome = 'open' and aged_from_on + late_days <= seen_on then false
    end as is_in_range,
    method_order
from said
