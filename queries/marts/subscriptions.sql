-- Subscriptions as last imported, with the day from which a later snapshot no longer held them.
-- Grain: one row per subscription_id.
select * from canonical.subscriptions
order by subscription_id
