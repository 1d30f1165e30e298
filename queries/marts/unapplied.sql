-- Money not applied through time: payments and credit notes, less what is in force of them, with the sign of a credit.
-- Grain: one row per source_type, source_id, open_from_on.
--
-- What nothing takes from, or one allocation takes whole, is open at most once, and needs no running balance.
with

counted as (
    select * from sources where is_counted
),

used_up_alone as (
    select source_type, source_id, in_force_from_on from allocations_in_force where uses_up_alone
),

stepwise as (
    select distinct source_type, source_id
    from allocations_in_force
    where source_type <> 'write_off' and not uses_up_alone
),

unapplied_once as (
    select
        counted.customer_id,
        counted.source_type,
        counted.source_id,
        counted.currency,
        counted.payment_method,
        counted.reference,
        counted.counts_from_on as source_on,
        counted.counts_from_on as open_from_on,
        coalesce(used_up_alone.in_force_from_on, counted.counts_until_on) as open_until_on,
        counted.exchange_rate,
        counted.amount_total,
        cast(-counted.amount_total as decimal(18, 4)) as amount_unapplied
    from counted
    left join used_up_alone on used_up_alone.source_type = counted.source_type and used_up_alone.source_id = counted.source_id
    left join stepwise on stepwise.source_type = counted.source_type and stepwise.source_id = counted.source_id
    where stepwise.source_id is null
        and counted.amount_total <> 0
        and (used_up_alone.in_force_from_on is null or used_up_alone.in_force_from_on > counted.counts_from_on)
),

counted_stepwise as (
    select counted.*
    from counted
    inner join stepwise on stepwise.source_type = counted.source_type and stepwise.source_id = counted.source_id
),

changes as (
    select source_type, source_id, counts_from_on as changed_on, cast(0 as decimal(18, 4)) as amount_change
    from counted_stepwise
    union all
    select source_type, source_id, in_force_from_on, amount_from_source
    from allocations_in_force
    where source_type <> 'write_off' and not uses_up_alone
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

unapplied_stepwise as (
    select
        counted_stepwise.customer_id,
        counted_stepwise.source_type,
        counted_stepwise.source_id,
        counted_stepwise.currency,
        counted_stepwise.payment_method,
        counted_stepwise.reference,
        counted_stepwise.counts_from_on as source_on,
        balances.open_from_on,
        coalesce(balances.next_changed_on, counted_stepwise.counts_until_on) as open_until_on,
        counted_stepwise.exchange_rate,
        counted_stepwise.amount_total,
        cast(balances.amount_used - counted_stepwise.amount_total as decimal(18, 4)) as amount_unapplied
    from balances
    inner join counted_stepwise
        on counted_stepwise.source_type = balances.source_type and counted_stepwise.source_id = balances.source_id
    where balances.amount_used <> counted_stepwise.amount_total
),

unapplied as (
    select * from unapplied_once
    union all
    select * from unapplied_stepwise
)

select *
from unapplied
where open_until_on is null or open_until_on > open_from_on
order by customer_id, source_type, source_id, open_from_on
