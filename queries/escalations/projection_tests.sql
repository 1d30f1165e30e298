-- What was projected of each support plan at the ends of past months, beside what happened
-- Grain: one row per cutoff_on, support_plan_id.
-- Permission: view_escalations
-- Parameter as_of_on date: what happened is read as of the end of this day.
-- Parameter support_plan_id text = null: one plan; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- Projected from what was known at the end of cutoff_on alone, with the method of escalations/plans, and held against the use on known_on: the plan's last
-- day, or the day looked at if that comes first. Plans with an entitlement that ran then and had used something three times. error_quantity
-- and error_share (of the entitlement) are above 0 when more was used than projected; error_days when it ran out later than projected, and
-- empty unless it ran out after the cut-off day and by known_on. outcome: `ran_out`, `lasted`, `not_yet`, or `before` (it had run out by the
-- cut-off day).
with

projection_tests as (
    select *, count(*) over () as row_count
    from plan_projection_tests($as_of_on)
    where $support_plan_id is null or support_plan_id = $support_plan_id
    order by cutoff_on desc, support_vehicle, support_plan_id
    limit $row_limit offset $row_offset
)

select * from projection_tests
