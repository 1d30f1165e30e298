-- Every hold: those that the accounting system knows, and those that people recorded here.
-- Grain: one row per hold_id.
--
-- A table macro of the warehouse, `every_hold()`, over the imported holds and the table `holds_decided` that its reader is handed
-- (queries that read it declare that table). Whatever is said of a hold, its stage, kept or broken, is said of both alike. Of one
-- id the one recorded here counts: no file takes back what a person recorded.
select
    hold_id,
    customer_id,
    hold_type,
    starts_on,
    ends_on,
    invoice_id,
    amount_held,
    currency,
    reason,
    owner,
    withdrawn_on,
    false as is_own
from holds
where hold_id not in (select hold_id from holds_decided)
union all
select
    hold_id,
    customer_id,
    hold_type,
    starts_on,
    ends_on,
    invoice_id,
    cast(amount_held as decimal(18, 4)),
    currency,
    reason,
    owner,
    withdrawn_on,
    true
from holds_decided
