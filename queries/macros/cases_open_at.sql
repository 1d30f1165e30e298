-- Support cases open at an instant: opened before it and not closed before it, each in the state that it was in then.
-- Grain: one row per case_id.
-- Parameter seen_at timestamp: the instant.
--
-- A table macro of the warehouse, `cases_open_at(seen_at)`: the one place that says when a case is open. Resolved but not closed is
-- open. The age is in fractional days, its bucket in whole ones: a case of 2.9 days is in 0-2.
with

open_cases as (
    select
        case_states.case_id,
        case_states.customer_id,
        case_states.case_category,
        case_states.state as case_status,
        case_states.state <> 'resolved' as is_unresolved,
        epoch(seen_at - cases.opened_at) / 86400.0 as age_days
    from case_states
    inner join cases on cases.case_id = case_states.case_id
    where case_states.from_at < seen_at and (case_states.until_at is null or case_states.until_at >= seen_at)
)

select
    *,
    case
        when age_days < 3 then 1
        when age_days < 6 then 2
        when age_days < 11 then 3
        when age_days < 21 then 4
        when age_days < 31 then 5
        else 6
    end as bucket_order,
    ['0-2', '3-5', '6-10', '11-20', '21-30', '31+'][bucket_order] as age_bucket
from open_cases
