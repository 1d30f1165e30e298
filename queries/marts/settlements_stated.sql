-- What the accounting system says is settled of an invoice beyond the allocations known here, between two days.
-- Grain: one row per invoice_id, settled_from_on.
--
-- A list of invoices that tells what is still owed tells what was settled, but not by what. The known allocations up to the
-- stated day are set off against it (and those of the day after: a system's clock may be behind its users' day); the rest is
-- settled from the stated day, or from the issue date if there is none, as far as the invoice still has room for it. What a
-- report of open items no longer holds is settled whole from that report's day on, whatever a list stated of a later day.
with

stated as (
    select
        invoice_id,
        stated_on,
        least(greatest(issued_on, stated_on), closed_on) as settled_from_on,
        counts_until_on,
        closed_on,
        amount_total,
        case
            when counts_until_on <= stated_on then 0
            else greatest(0, least(amount_total, amount_total - coalesce(amount_outstanding_stated, amount_total)))
        end as amount_stated
    from invoices
    where is_counted
        and (
            closed_on is not null
            or (
                amount_outstanding_stated < amount_total
                and (counts_until_on is null or stated_on is null or counts_until_on > stated_on)
            )
        )
),

changes as (
    select stated.invoice_id, allocations_in_force.in_force_from_on as changed_on, allocations_in_force.amount_applied as amount_change
    from allocations_in_force
    inner join stated on stated.invoice_id = allocations_in_force.invoice_id
    union all
    select stated.invoice_id, allocations_in_force.in_force_until_on, -allocations_in_force.amount_applied
    from allocations_in_force
    inner join stated on stated.invoice_id = allocations_in_force.invoice_id
    where allocations_in_force.in_force_until_on is not null
),

unexplained as (
    select
        stated.invoice_id,
        stated.stated_on,
        stated.settled_from_on,
        stated.counts_until_on,
        stated.closed_on,
        stated.amount_total,
        greatest(0, stated.amount_stated - coalesce(sum(changes.amount_change), 0)) as amount_unexplained
    from stated
    left join changes
        on changes.invoice_id = stated.invoice_id
        and (stated.stated_on is null or changes.changed_on <= stated.stated_on + 1)
        -- Where the invoice ends, its allocations end with it; that is no money taken back.
        and (stated.counts_until_on is null or changes.changed_on < stated.counts_until_on)
    group by
        stated.invoice_id, stated.stated_on, stated.settled_from_on, stated.counts_until_on, stated.closed_on, stated.amount_total,
        stated.amount_stated
    having stated.closed_on is not null or stated.amount_stated > coalesce(sum(changes.amount_change), 0)
),

days as (
    select invoice_id, settled_from_on, sum(amount_change) as amount_change
    from (
        select invoice_id, settled_from_on, cast(0 as decimal(18, 4)) as amount_change from unexplained
        union all
        select invoice_id, closed_on, 0 from unexplained where closed_on is not null
        union all
        select changes.invoice_id, greatest(changes.changed_on, unexplained.settled_from_on), changes.amount_change
        from changes
        inner join unexplained on unexplained.invoice_id = changes.invoice_id
    ) as every_change
    group by invoice_id, settled_from_on
),

balances as (
    select
        invoice_id,
        settled_from_on,
        lead(settled_from_on) over (partition by invoice_id order by settled_from_on) as next_changed_on,
        sum(amount_change) over (
            partition by invoice_id order by settled_from_on rows between unbounded preceding and current row
        ) as amount_known
    from days
),

settlements_stated as (
    select
        unexplained.invoice_id,
        unexplained.stated_on is not null or coalesce(unexplained.closed_on <= balances.settled_from_on, false) as has_day,
        balances.settled_from_on,
        least(balances.next_changed_on, unexplained.counts_until_on) as settled_until_on,
        cast(
            case
                when unexplained.closed_on <= balances.settled_from_on then unexplained.amount_total - balances.amount_known
                else greatest(0, least(unexplained.amount_unexplained, unexplained.amount_total - balances.amount_known))
            end as decimal(18, 4)
        ) as amount_settled
    from balances
    inner join unexplained on unexplained.invoice_id = balances.invoice_id
)

select *
from settlements_stated
where amount_settled > 0 and (settled_until_on is null or settled_until_on > settled_from_on)
order by invoice_id, settled_from_on
