-- Support cases closed without saying when: closed with the last thing known of them, at the earliest when opened
-- Grain: one row per case_id.
-- Level: warn
select cases.case_id, cases.customer_id, cases.opened_at, cases.resolved_at
from cases
left join case_events on case_events.case_id = cases.case_id and case_events.event_type = 'closed' and not case_events.is_from_row
where cases.case_status = 'closed' and cases.closed_at is null and case_events.case_id is null
order by cases.case_id
