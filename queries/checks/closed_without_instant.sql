-- Support cases closed without saying when: closed when resolved, or else when opened
-- Grain: one row per case_id.
-- Level: warn
select case_id, customer_id, opened_at, resolved_at
from cases
where case_status = 'closed' and closed_at is null and not is_dated_by_events
order by case_id
