-- Holds that the accounting system knows.
-- Grain: one row per hold_id.
select * from canonical.holds
order by hold_id
