-- On which day each open item is expected to be paid, if customers go on paying as they did, as known at the end of a day.
-- Grain: one row per invoice_id, instalment_number.
-- Parameter seen_on date: as of the end of this day.
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
--
-- A table macro of the warehouse, `expected_days(seen_on, seen_by)`: the forecast and its test against the past both read it. An item that
-- is not paid at the end of the day can only be as late as tomorrow would make it, or later: of the customer's payment_habits the
-- values from there on are kept, and their 1/10, 1/2 and 9/10 points make the range and the day; likely_days are ten days late, each as
-- likely as the others: their 1/20, 3/20 to 19/20 points. When the item is later than all of
-- them, the values of all customers in view from there on are taken (basis late_portfolio), if there are at least four; else no day is
-- expected (basis no_day). While nobody has paid anything, the due day stands (basis due_date), without a range, and what is overdue
-- has no day.
with

items as (
    select
        settlements.*,
        habits.segment,
        habits.basis as habit_basis,
        habits.own_paid_count,
        habits.own_days,
        habits.mean_late_days,
        habits.portfolio_early_days,
        habits.portfolio_median_days,
        habits.portfolio_late_days,
        cast(seen_on + 1 - settlements.aged_from_on as integer) as least_days,
        list_filter(habits.habit_days, lambda late: late > seen_on - settlements.aged_from_on) as possible_days
    from item_settlements(seen_on) as settlements
    inner join payment_habits(seen_on, seen_by) as habits on habits.customer_id = settlements.customer_id
    where settlements.amount_outstanding > 0
),

paid_by_days as (
    select settlements.late_days, count(*) as paid_count
    from item_settlements(seen_on) as settlements
    inner join customers on customers.customer_id = settlements.customer_id
    where settlements.settled_on is not null
        and settlements.has_payment
        and (seen_by is null or customers.sales_agent = seen_by)
    group by settlements.late_days
),

later_by_days as (
    select late_days, sum(paid_count) over (order by late_days desc) - paid_count as later_count
    from paid_by_days
),

-- In twentieths: the 1/20, 3/20 to 19/20 points, and those of the range and the day.
tail_points as (
    select
        starts.least_days,
        twentieths.share,
        min(later_by_days.late_days) as day_late
    from (
        select wanted.least_days, sum(paid_by_days.paid_count) as tail_count
        from (select distinct least_days from items where len(possible_days) = 0) as wanted
        inner join paid_by_days on paid_by_days.late_days >= wanted.least_days
        group by wanted.least_days
        having sum(paid_by_days.paid_count) >= 4
    ) as starts
    cross join (select unnest([1, 2, 3, 5, 7, 9, 10, 11, 13, 15, 17, 18, 19]) as share) as twentieths
    inner join later_by_days
        on later_by_days.late_days >= starts.least_days
        and 20 * later_by_days.later_count <= (20 - twentieths.share) * starts.tail_count
    group by starts.least_days, twentieths.share
),

tails as (
    select
        least_days,
        min(day_late) filter (where share = 2) as earliest_days,
        min(day_late) filter (where share = 10) as expected_days,
        min(day_late) filter (where share = 18) as latest_days,
        list(day_late order by share) filter (where share % 2 = 1) as likely_days
    from tail_points
    group by least_days
),

estimates as (
    select
        items.*,
        case
            when len(items.possible_days) > 0 then items.habit_basis
            when tails.least_days is not null then 'late_portfolio'
            when items.habit_basis = 'due_date' and items.least_days <= 1 then 'due_date'
            else 'no_day'
        end as basis,
        len(items.possible_days) as possible_count,
        tails.earliest_days as tail_earliest_days,
        tails.expected_days as tail_expected_days,
        tails.latest_days as tail_latest_days,
        tails.likely_days as tail_likely_days
    from items
    left join tails on tails.least_days = items.least_days
)

select
    customer_id,
    invoice_id,
    instalment_number,
    currency,
    basis,
    issued_on,
    due_on,
    aged_from_on,
    aged_from_on + case
        when possible_count > 0 then possible_days[(possible_count + 1) // 2]
        when basis = 'late_portfolio' then tail_expected_days
        when basis = 'due_date' then greatest(0, least_days)
    end as expected_on,
    aged_from_on + case
        when possible_count > 0 then possible_days[(possible_count + 9) // 10]
        when basis = 'late_portfolio' then tail_earliest_days
    end as earliest_on,
    aged_from_on + case
        when possible_count > 0 then possible_days[(9 * possible_count + 9) // 10]
        when basis = 'late_portfolio' then tail_latest_days
    end as latest_on,
    case
        when possible_count > 0 then list_transform(
            [1, 3, 5, 7, 9, 11, 13, 15, 17, 19], lambda share: possible_days[(share * possible_count + 19) // 20]
        )
        when basis = 'late_portfolio' then tail_likely_days
        when basis = 'due_date' then list_transform([1, 3, 5, 7, 9, 11, 13, 15, 17, 19], lambda share: greatest(0, least_days))
    end as likely_days,
    exchange_rate,
    amount_total,
    amount_outstanding,
    least_days,
    own_paid_count,
    own_days,
    mean_late_days,
    portfolio_early_days,
    portfolio_median_days,
    portfolio_late_days
from estimates
