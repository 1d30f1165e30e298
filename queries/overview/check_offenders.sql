-- What one data check found, at most the first thousand.
-- Grain: one row per offender_number.
-- Permission: view_data
-- Parameter check_name text: the check.
select check_name, offender_number, offender
from check_offenders
where check_name = $check_name
order by offender_number
