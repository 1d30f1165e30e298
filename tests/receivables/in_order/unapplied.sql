-- Money not applied through time: payments and credit notes, less what is in force of them, with the sign of a credit.
-- Grain: one row per source_type, source_id, open_from_on.
with

counted as (
    select * from sources where is_counted
),

changes as (
    select source_type, source_id, counts_from_on as changed_on, cast(0 as decimal(18, 4)) as amount_change
    from counted
    union all
    select source_type, source_id, in_force_from_on, amount_from_source
    from allocations_in_force
    where source_type <> 'write_off'
    union all
    select source_type, source_id, in_force_until_on, -amount_from_source
    from allocations_in_force
    where source_type <> 'write_off' and in_force_until_on is not null
),

days as (
    select source_type, source_id, changed_on, sum(amount_change) as amount_change
    from changes
    group by source_type, source_id, changed_on
),

balances as (
    select
        source_type,
        source_id,
        changed_on as open_from_on,
        lead(changed_on) over (partition by source_type, source_id order by changed_on) as next_changed_on,
        sum(amount_change) over (
            partition by source_type, source_id order by changed_on rows between unbounded preceding and current row
        ) as amount_used
    from days
),

unapplied as (
    select
        counted.customer_id,
        counted.source_type,
        counted.source_id,
        counted.currency,
        counted.counts_from_on as source_on,
        balances.open_from_on,
        coalesce(balances.next_changed_on, counted.counts_until_on) as open_until_on,
        counted.exchange_rate,
        counted.amount_total,
        cast(balances.amount_used - counted.amount_total as decimal(18, 4)) as amount_unapplied
    from balances
    inner join counted on counted.source_type = balances.source_type and counted.source_id = balances.source_id
    where balances.amount_used <> counted.amount_total
)

select *
from unapplied
where open_until_on is null or open_until_on > open_from_on
order by customer_id, source_type, source_id, open_from_on
