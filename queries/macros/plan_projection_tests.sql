-- What would have been projected of support plans at the ends of past months, beside what happened.
-- Grain: one row per cutoff_on, support_plan_id.
-- Parameter known_by date: what happened is read as of the end of this day.
--
-- A table macro of the warehouse, `plan_projection_tests(known_by)`. Cut-off days are the ends of months before the day. Of each, the plans with an
-- entitlement that ran then and had used something three times are projected from what was known at its end alone (plan_projections, hours
-- of then), and held against their use on known_on: the plan's last day, or the day looked at if that comes first. error_quantity is
-- positive when more was used than projected; error_days is positive when it ran out later than projected, and empty unless it had not
-- run out at the cut-off day and did by known_on. outcome: `ran_out`; `lasted` (until the end of its term); `not_yet` (the term goes on);
-- `before` (it had run out by the cut-off day: no day is projected). The range of days held if it ran out in it, or lasted and the latest
-- day lies beyond the term; of a plan whose term goes on it is known to have failed once its latest day is over, and else not known.
with

cutoffs as (
    select cast(month_start as date) - 1 as cutoff_on
    from (
        select unnest(generate_series(
            cast(date_trunc('month', (select min(starts_on) from support_plans)) + to_months(1) as timestamp),
            cast(known_by as timestamp),
            to_months(1)
        )) as month_start
    ) as month_starts
),

actual as (
    select support_plan_id, used_quantity as actual_quantity, ran_out_on as actual_run_out_on
    from plan_projections([known_by], 'now')
),

said as (
    select
        projections.seen_on as cutoff_on,
        least(projections.ends_on, known_by) as known_on,
        projections.* exclude (seen_on),
        least(projections.ends_on, known_by) - projections.seen_on as ahead_days
    from plan_projections((select list(cutoff_on) from cutoffs), 'then') as projections
    where projections.is_projected and projections.entitled_quantity is not null and projections.ends_on > projections.seen_on
),

ended as (
    select
        said.*,
        actual.actual_quantity,
        actual.actual_run_out_on,
        said.used_quantity + cast(round(said.rate_a_day * said.ahead_days, 4) as decimal(18, 4)) as projected_quantity,
        cast(
            round(1.2816 * sqrt(said.variance_a_day * said.ahead_days * (1 + said.ahead_days / said.elapsed_days)), 4)
            as decimal(18, 4)
        ) as half_width,
        case
            when said.ran_out_on is not null then 'before'
            when actual.actual_run_out_on <= said.known_on then 'ran_out'
            when said.ends_on <= known_by then 'lasted'
            else 'not_yet'
        end as outcome
    from said
    inner join actual on actual.support_plan_id = said.support_plan_id
)

select
    cutoff_on,
    support_plan_id,
    support_vehicle,
    entitlement_unit,
    outcome,
    known_on,
    ends_on,
    runs_out_on,
    earliest_on,
    latest_on,
    actual_run_out_on,
    ahead_days,
    entitled_quantity,
    used_quantity,
    projected_quantity,
    -- What is used already is not given back.
    greatest(projected_quantity - half_width, used_quantity) as lowest_quantity,
    projected_quantity + half_width as highest_quantity,
    actual_quantity,
    actual_quantity - projected_quantity as error_quantity,
    cast(
        round((actual_quantity - projected_quantity)::double / nullif(entitled_quantity, 0)::double, 4) as decimal(18, 4)
    ) as error_share,
    actual_quantity between greatest(projected_quantity - half_width, used_quantity) and projected_quantity + half_width as is_use_in_range,
    case when outcome = 'ran_out' then actual_run_out_on - runs_out_on end as error_days,
    case
        when outcome = 'ran_out' then actual_run_out_on >= earliest_on and coalesce(actual_run_out_on <= latest_on, true)
        when outcome = 'lasted' then coalesce(latest_on > ends_on, true)
        when outcome = 'not_yet' and latest_on <= known_by then false
    end as is_day_in_range
from ended
