-- Support plans on a day: entitled, used, left, burnt against the elapsed term, and until when the rest will last
-- Grain: one row per support_plan_id.
-- Permission: view_escalations
-- Parameter as_of_on date: as of the end of this day.
-- Parameter plan_status text = running (running, upcoming, over, all): running on the day, not begun yet, over, or all of them.
-- Parameter support_vehicle text = null (commercial, psfp, asfp, cloud, on_premises): one vehicle; all when left out.
--
-- left_quantity is never below 0; what was used beyond the entitlement is over_quantity. burn_share = used / entitled, burn_ratio = burn_share /
-- elapsed_share: 1 is used as fast as the term goes by. ran_out_on is the day on which the use really reached the entitlement. runs_out_on is what
-- escalations/usage says. earliest_on and latest_on are the days between which the rest will be used up four times in five: use so far is taken
-- for a compound Poisson process, 1.2816 standard deviations to either side (the formula is in queries/macros/plan_projections.sql); empty with
-- fewer than 3 requests that used something, latest_on also where it may last for ever. projected_quantity is the use at the term's end at the
-- rate so far. renewed_by_plan_id is a later plan of the vehicle that begins by the day after this one ends and outlasts it.
with

plans as (
    select * exclude (currency, amount_fee, hours_used)
    from plan_outlooks($as_of_on)
    where ($plan_status = 'all' or plan_status = $plan_status) and ($support_vehicle is null or support_vehicle = $support_vehicle)
    order by support_vehicle, ends_on, support_plan_id
)

select * from plans
