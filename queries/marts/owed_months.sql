-- What a customer owes by the documents at the beginning of a month, and of those after it up to the next change.
-- Grain: one row per name_order, currency, open_from_on.
--
-- The sum of owed_changes before open_from_on, the first day of a month: it stands at the beginning of every month from there to
-- open_through_on (inclusive; 9999-12-31 = still), the month that ends then included. changed_count counts what is in it.
with

months as (
    select
        name_order,
        currency,
        last_day(changed_on) + 1 as open_from_on,
        sum(amount_changed) as amount_changed,
        sum(cast(changed_count as bigint)) as changed_count
    from owed_changes
    group by name_order, currency, last_day(changed_on)
),

balances as (
    select
        name_order,
        currency,
        open_from_on,
        lead(open_from_on) over (partition by name_order, currency order by open_from_on) as next_from_on,
        sum(amount_changed) over (
            partition by name_order, currency order by open_from_on rows between unbounded preceding and current row
        ) as amount_owed,
        sum(changed_count) over (
            partition by name_order, currency order by open_from_on rows between unbounded preceding and current row
        ) as changed_count
    from months
),

owed_months as (
    select
        name_order,
        currency,
        open_from_on,
        coalesce(next_from_on - 1, date '9999-12-31') as open_through_on,
        cast(amount_owed as decimal(38, 4)) as amount_owed,
        cast(changed_count as bigint) as changed_count
    from balances
    where changed_count <> 0
)

select * from owed_months order by open_from_on, name_order, currency
