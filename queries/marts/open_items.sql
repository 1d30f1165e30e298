-- Open items through time: an instalment, or the invoice itself, with what is open on it between two days.
-- Grain: one row per invoice_id, instalment_number, open_from_on.
--
-- An item is open on a day when open_from_on <= day and (open_until_on is null or open_until_on > day). Instalments that
-- do not add up to their invoice are left aside and the invoice is aged whole. An invoice that nothing settles, or one allocation
-- by itself, is open once, and needs no running balance.
with

counted as (
    select * from invoices where is_counted and amount_total > 0
),

plans as (
    select instalments.invoice_id
    from canonical.instalments as instalments
    inner join counted on counted.invoice_id = instalments.invoice_id
    where instalments.withdrawn_on is null
    group by instalments.invoice_id, counted.amount_total
    having sum(instalments.amount_total) = counted.amount_total
        and min(instalments.amount_total) >= 0
        and bool_and(
            instalments.amount_total = case counted.minor_units
                when 0 then cast(instalments.amount_total as decimal(18, 0))
                when 2 then cast(instalments.amount_total as decimal(18, 2))
                when 3 then cast(instalments.amount_total as decimal(18, 3))
                else instalments.amount_total
            end
        )
),

parts as (
    select
        instalments.invoice_id,
        instalments.instalment_number,
        instalments.due_on,
        instalments.amount_total as amount_part,
        row_number() over (
            partition by instalments.invoice_id order by instalments.due_on, instalments.instalment_number
        ) as part_order
    from canonical.instalments as instalments
    inner join plans on plans.invoice_id = instalments.invoice_id
    where instalments.withdrawn_on is null
),

-- Settled in several steps, by instalments, or by what the accounting system says.
stepwise as (
    select invoice_id from allocations_in_force where not settles_alone
    union
    select invoice_id from settlements_stated
    union
    select invoice_id from plans
),

changes as (
    select allocations.invoice_id, allocations.instalment_number, allocations.in_force_from_on as changed_on, allocations.amount_applied as amount_change
    from allocations_in_force as allocations
    inner join stepwise on stepwise.invoice_id = allocations.invoice_id
    union all
    select invoice_id, instalment_number, in_force_until_on, -amount_applied
    from allocations_in_force
    where in_force_until_on is not null
    union all
    select invoice_id, null, settled_from_on, amount_settled
    from settlements_stated
    union all
    select invoice_id, null, settled_until_on, -amount_settled
    from settlements_stated
    where settled_until_on is not null
),

counted_stepwise as (
    select counted.*
    from counted
    inner join stepwise on stepwise.invoice_id = counted.invoice_id
),

---------- invoices open once

settled_alone as (
    select invoice_id, in_force_from_on from allocations_in_force where settles_alone
),

items_open_once as (
    select
        counted.customer_id,
        counted.invoice_id,
        counted.invoice_number,
        cast(null as integer) as instalment_number,
        counted.currency,
        counted.issued_on,
        counted.due_on,
        counted.aged_from_on,
        counted.issued_on as open_from_on,
        coalesce(settled_alone.in_force_from_on, counted.counts_until_on) as open_until_on,
        counted.exchange_rate,
        counted.amount_total,
        counted.amount_total as amount_outstanding
    from counted
    left join stepwise on stepwise.invoice_id = counted.invoice_id
    left join settled_alone on settled_alone.invoice_id = counted.invoice_id
    where stepwise.invoice_id is null
        and (settled_alone.in_force_from_on is null or settled_alone.in_force_from_on > counted.issued_on)
),

---------- invoices aged whole

whole_days as (
    select invoice_id, changed_on, sum(amount_change) as amount_change
    from (
        select invoice_id, issued_on as changed_on, cast(0 as decimal(18, 4)) as amount_change from counted_stepwise
        union all
        select invoice_id, changed_on, amount_change from changes
    ) as every_change
    group by invoice_id, changed_on
),

whole_balances as (
    select
        invoice_id,
        changed_on as open_from_on,
        lead(changed_on) over (partition by invoice_id order by changed_on) as next_changed_on,
        sum(amount_change) over (
            partition by invoice_id order by changed_on rows between unbounded preceding and current row
        ) as amount_settled
    from whole_days
),

whole_items as (
    select
        counted_stepwise.invoice_id,
        cast(null as integer) as instalment_number,
        counted_stepwise.aged_from_on,
        counted_stepwise.due_on,
        counted_stepwise.amount_total as amount_item,
        whole_balances.open_from_on,
        coalesce(whole_balances.next_changed_on, counted_stepwise.counts_until_on) as open_until_on,
        counted_stepwise.amount_total - whole_balances.amount_settled as amount_outstanding
    from counted_stepwise
    inner join whole_balances on whole_balances.invoice_id = counted_stepwise.invoice_id
    left join plans on plans.invoice_id = counted_stepwise.invoice_id
    where plans.invoice_id is null
),

---------- invoices with instalments

plan_days as (
    select counted_stepwise.invoice_id, counted_stepwise.issued_on as changed_on
    from counted_stepwise
    inner join plans on plans.invoice_id = counted_stepwise.invoice_id
    union
    select changes.invoice_id, changes.changed_on
    from changes
    inner join plans on plans.invoice_id = changes.invoice_id
),

plan_totals as (
    select plan_days.invoice_id, plan_days.changed_on, coalesce(sum(changes.amount_change), 0) as amount_settled
    from plan_days
    left join changes on changes.invoice_id = plan_days.invoice_id and changes.changed_on <= plan_days.changed_on
    group by plan_days.invoice_id, plan_days.changed_on
),

-- What was applied to the instalment it names, as far as that one can take it.
part_named as (
    select
        plan_totals.invoice_id,
        plan_totals.changed_on,
        plan_totals.amount_settled,
        parts.instalment_number,
        parts.part_order,
        parts.due_on,
        parts.amount_part,
        greatest(0, least(coalesce(sum(changes.amount_change), 0), parts.amount_part)) as amount_kept
    from plan_totals
    inner join parts on parts.invoice_id = plan_totals.invoice_id
    left join changes
        on changes.invoice_id = plan_totals.invoice_id
        and changes.instalment_number = parts.instalment_number
        and changes.changed_on <= plan_totals.changed_on
    group by
        plan_totals.invoice_id, plan_totals.changed_on, plan_totals.amount_settled,
        parts.instalment_number, parts.part_order, parts.due_on, parts.amount_part
),

part_pool as (
    select
        *,
        amount_settled - sum(amount_kept) over (partition by invoice_id, changed_on) as amount_pool,
        sum(amount_part - amount_kept) over (
            partition by invoice_id, changed_on order by part_order rows between unbounded preceding and current row
        ) - (amount_part - amount_kept) as amount_room_before,
        sum(amount_kept) over (
            partition by invoice_id, changed_on order by part_order desc rows between unbounded preceding and current row
        ) - amount_kept as amount_kept_after
    from part_named
),

-- The rest goes to the oldest due first; money un-applied again comes off the latest due first.
part_settled as (
    select
        *,
        amount_kept
            + greatest(0, least(amount_part - amount_kept, amount_pool - amount_room_before))
            - greatest(0, least(amount_kept, -amount_pool - amount_kept_after)) as amount_on_part
    from part_pool
),

part_items as (
    select
        part_settled.invoice_id,
        part_settled.instalment_number,
        part_settled.due_on as aged_from_on,
        part_settled.due_on,
        part_settled.amount_part as amount_item,
        part_settled.changed_on as open_from_on,
        coalesce(
            lead(part_settled.changed_on) over (
                partition by part_settled.invoice_id, part_settled.instalment_number order by part_settled.changed_on
            ),
            counted_stepwise.counts_until_on
        ) as open_until_on,
        part_settled.amount_part - part_settled.amount_on_part as amount_outstanding
    from part_settled
    inner join counted_stepwise on counted_stepwise.invoice_id = part_settled.invoice_id
),

items as (
    select * from whole_items
    union all
    select * from part_items
),

items_open_stepwise as (
    select
        counted_stepwise.customer_id,
        items.invoice_id,
        counted_stepwise.invoice_number,
        items.instalment_number,
        counted_stepwise.currency,
        counted_stepwise.issued_on,
        items.due_on,
        items.aged_from_on,
        items.open_from_on,
        items.open_until_on,
        counted_stepwise.exchange_rate,
        items.amount_item as amount_total,
        cast(items.amount_outstanding as decimal(18, 4)) as amount_outstanding
    from items
    inner join counted_stepwise on counted_stepwise.invoice_id = items.invoice_id
    where items.amount_outstanding > 0
        and (items.open_until_on is null or items.open_until_on > items.open_from_on)
),

open_items as (
    select * from items_open_once
    union all
    select * from items_open_stepwise
)

select * from open_items order by customer_id, invoice_id, instalment_number, open_from_on
