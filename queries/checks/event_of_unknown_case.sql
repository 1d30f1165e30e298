-- Case events of a case that is not known
-- Grain: one row per case_id.
-- Level: warn
select events.case_id, count(*) as event_count
from canonical.case_events as events
left join canonical.support_cases as cases on cases.case_id = events.case_id
where cases.case_id is null
group by events.case_id
order by events.case_id
