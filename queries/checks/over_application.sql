-- Allocations that take more than their source has or their invoice can take; the rest is not in force
-- Grain: one row per allocation_id.
-- Level: warn
with

last_in_force as (
    select allocation_id, sum(amount_applied) as amount_in_force
    from allocations_in_force
    where in_force_until_on is null and not is_plain
    group by allocation_id
),

over_application as (
    select
        allocations.allocation_id,
        allocations.invoice_id,
        allocations.source_id,
        allocations.amount_applied,
        coalesce(last_in_force.amount_in_force, 0) as amount_in_force
    from allocations_apart as allocations
    inner join invoices on invoices.invoice_id = allocations.invoice_id
    left join sources on sources.source_type = allocations.source_type and sources.source_id = allocations.source_id
    left join last_in_force on last_in_force.allocation_id = allocations.allocation_id
    where coalesce(last_in_force.amount_in_force, 0) <> allocations.amount_applied
        and allocations.withdrawn_on is null
        -- Documents that do not count any longer take their allocations with them: that is no over-application.
        and invoices.is_counted and invoices.counts_until_on is null
        and (allocations.source_type = 'write_off' or (sources.is_counted and sources.counts_until_on is null))
        and (allocations.source_type = 'write_off' or sources.currency = invoices.currency or allocations.amount_from_source is not null)
)

select * from over_application order by allocation_id
