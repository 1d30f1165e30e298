-- Support plans that want attention: those that end soon, that run out or have run out before their end, or that stay mostly unused
-- Grain: one row per support_plan_id, alert_type.
-- Permission: view_escalations
-- Parameter as_of_on date: as of the end of this day.
-- Parameter within_days integer = 60: how many days ahead are looked at.
--
-- Of the plans running on the day. alert_type: `ran_out` (the use reached the entitlement before the last day of the term), `runs_out` (at the rate so
-- far it will, within the days), `ends` (the term ends within the days, renewed or not), `unused` (it ends within the days, and at most
-- half of the entitlement is used). alert_on is the day that the alert is about, left_days the days until then (0 on the day itself).
with

plans as (
    select * from plan_outlooks($as_of_on) where plan_status = 'running'
),

found as (
    select *, 'ran_out' as alert_type, 1 as alert_order, ran_out_on as alert_on
    from plans
    where outlook_status = 'ran_out' and ran_out_on < ends_on
    union all
    select *, 'runs_out', 2, runs_out_on
    from plans
    where outlook_status = 'runs_out' and runs_out_on <= $as_of_on + $within_days
    union all
    select *, 'ends', 3, ends_on
    from plans
    where ends_on <= $as_of_on + $within_days
    union all
    select *, 'unused', 4, ends_on
    from plans
    where ends_on <= $as_of_on + $within_days and entitled_quantity > 0 and 2 * used_quantity <= entitled_quantity
),

alerts as (
    select
        support_plan_id,
        renewed_by_plan_id,
        support_vehicle,
        alert_type,
        entitlement_unit,
        alert_on,
        ends_on,
        earliest_on,
        latest_on,
        greatest(0, alert_on - $as_of_on) as left_days,
        entitled_quantity,
        used_quantity,
        left_quantity,
        over_quantity,
        burn_share,
        alert_order
    from found
    order by alert_order, alert_on, support_plan_id
)

select * from alerts
