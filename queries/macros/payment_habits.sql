-- How late each customer pays, as known at the end of a day: its own last payments, and what stands beside them.
-- Grain: one row per customer_id.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
--
-- A table macro of the warehouse, `payment_habits(seen_on, seen_by)`. own_days are the days late (early is negative) of the last 24 items that
-- were settled with a payment among what settles them; habit_days are these and, beside them, four typical values: the 1/8, 3/8, 5/8
-- and 7/8 points of its segment if at least 10 items of the segment were paid, else of all customers in view. So a short history leans on
-- what is usual, and a long one stands for itself. Both are in order; habit_days is empty while nobody has paid anything.
-- A point is the smallest value that this share of the values does not exceed: a day that did occur.
with

paid as (
    select
        settlements.customer_id,
        customers.segment,
        settlements.late_days,
        row_number() over (
            partition by settlements.customer_id
            order by settlements.settled_on desc, settlements.aged_from_on desc, settlements.invoice_id, settlements.instalment_number
        ) as newest_order
    from item_settlements(seen_on) as settlements
    inner join customers on customers.customer_id = settlements.customer_id
    where settlements.settled_on is not null
        and settlements.has_payment
        and (seen_by is null or customers.sales_agent = seen_by)
),

own as (
    select
        customer_id,
        count(*) as paid_count,
        avg(late_days) as mean_late_days,
        list_sort(list(late_days) filter (where newest_order <= 24)) as own_days
    from paid
    group by customer_id
),

segments as (
    select segment, quantile_disc(late_days, [0.125, 0.375, 0.625, 0.875]) as typical_days
    from paid
    where segment is not null
    group by segment
    having count(*) >= 10
),

portfolio as (
    select
        count(*) as paid_count,
        avg(late_days) as mean_late_days,
        quantile_disc(late_days, 0.1) as early_late_days,
        quantile_disc(late_days, 0.5) as median_late_days,
        quantile_disc(late_days, 0.9) as late_late_days,
        quantile_disc(late_days, [0.125, 0.375, 0.625, 0.875]) as typical_days
    from paid
)

select
    customers.customer_id,
    customers.segment,
    case
        when own.paid_count > 0 then 'own_history'
        when segments.segment is not null then 'segment'
        when portfolio.paid_count > 0 then 'portfolio'
        else 'due_date'
    end as basis,
    coalesce(own.paid_count, 0) as own_paid_count,
    coalesce(own.own_days, []) as own_days,
    list_sort(list_concat(
        coalesce(own.own_days, []), coalesce(segments.typical_days, case when portfolio.paid_count > 0 then portfolio.typical_days end, [])
    )) as habit_days,
    -- What the simple rules say that the forecast is measured against.
    coalesce(own.mean_late_days, portfolio.mean_late_days) as mean_late_days,
    portfolio.early_late_days as portfolio_early_days,
    portfolio.median_late_days as portfolio_median_days,
    portfolio.late_late_days as portfolio_late_days
from customers
cross join portfolio
left join own on own.customer_id = customers.customer_id
left join segments on segments.segment = customers.segment
where seen_by is null or customers.sales_agent = seen_by
