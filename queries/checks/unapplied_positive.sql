-- Money that left again without ever having been applied: unapplied with the sign of a debt
-- Grain: one row per source_type, source_id.
-- Level: warn
select source_type, source_id, customer_id, currency, amount_unapplied
from unapplied
where amount_unapplied > 0 and open_until_on is null
order by source_type, source_id
