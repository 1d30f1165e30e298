-- Data checks of this build and how many offenders each found.
-- Grain: one row per check_name.
-- Permission: view_data
select check_name, check_level, title, offender_count
from check_results
order by check_level, offender_count desc, check_name
