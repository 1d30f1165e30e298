-- How many data checks of this build that must find nothing found something.
-- Grain: one row per check_level.
-- Permission: view_overview
with

failed as (
    select 'fail' as check_level, count(*) filter (where check_level = 'fail' and offender_count > 0) as check_count
    from check_results
)

select * from failed
