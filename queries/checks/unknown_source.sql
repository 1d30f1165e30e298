-- Allocations from a payment or credit note that is not known, not in force
-- Grain: one row per allocation_id.
-- Level: warn
select allocations.allocation_id, allocations.source_type, allocations.source_id, allocations.amount_applied
from allocations_apart as allocations
left join sources on sources.source_type = allocations.source_type and sources.source_id = allocations.source_id
where allocations.source_type <> 'write_off' and sources.source_id is null
order by allocations.allocation_id
