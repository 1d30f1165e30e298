-- Allocations that are anything but plainly in force, as they were imported: the few that checks have to look at.
-- Grain: one row per allocation_id.
--
-- What is_plain leaves (allocations_in_force): known on both sides, within one customer and currency, in force whole and for good.
with

plain as (
    select allocation_id from allocations_in_force where is_plain
),

allocations_apart as (
    select
        allocations.allocation_id,
        allocations.source_type,
        allocations.source_id,
        allocations.invoice_id,
        allocations.withdrawn_on,
        allocations.amount_applied,
        allocations.amount_from_source
    from canonical.allocations as allocations
    left join plain on plain.allocation_id = allocations.allocation_id
    where plain.allocation_id is null
)

select * from allocations_apart order by allocation_id
