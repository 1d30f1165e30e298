-- Support cases as they stand, each saying whether its past comes from events.
-- Grain: one row per case_id.
with

dated as (
    select distinct case_id from canonical.case_events where withdrawn_on is null
),

cases as (
    select
        support_cases.* exclude (withdrawn_on),
        dated.case_id is not null as is_dated_by_events,
        support_cases.withdrawn_on
    from canonical.support_cases as support_cases
    left join dated on dated.case_id = support_cases.case_id
)

select * from cases order by customer_id, opened_at, case_id
