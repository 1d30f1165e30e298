-- The clocks of `service_records` that still run, each with the instant at which its goal runs out.
-- Grain: one row per case_id, goal_type.
-- Parameter seen_at timestamp: the instant; known is what had happened before it.
-- Parameter counted_by text: which clock counts: calendar, business, or agreed (the one that the rules name for the goal).
-- Parameter opened_from_on date: only cases opened on or after this day, in company time; all when null.
-- Parameter opened_to_on date: only cases opened up to this day; all when null.
-- Tables: business_hours, service_goals
--
-- A table macro of the warehouse. runs_out_at is the last instant at which the goal is still met, by the calendar where business minutes
-- count; of a clock that stands still (is_paused) it is so should the customer answer at once. Null beyond the last opening that is known.
with

openings as (
    select
        opens_at,
        minutes_before * 60000000 as worked_before_us,
        minutes_before * 60000000 + epoch_us(closes_at) - epoch_us(opens_at) as worked_after_us
    from business_hours
),

-- Working time up to the instant: it only grows, so the last opening that began has the most.
worked as (
    select coalesce(
        max(minutes_before * 60000000 + least(epoch_us(seen_at), epoch_us(closes_at)) - epoch_us(opens_at)), 0
    ) as worked_us
    from business_hours
    where opens_at <= seen_at
),

running as (
    select records.*, worked.worked_us + records.left_us as due_at_worked_us
    from service_records(seen_at, counted_by, opened_from_on, opened_to_on, 'unresolved', 'category') as records
    cross join worked
    where records.goal_status = 'running'
),

-- The opening in which the working time reaches the goal: at its last minute it is reached then, not when the next one begins.
service_dues as (
    select
        running.* exclude (due_at_worked_us),
        case
            when running.clock = 'calendar' then make_timestamp(epoch_us(seen_at) + running.left_us)
            when running.due_at_worked_us <= openings.worked_after_us
                then greatest(
                    seen_at, make_timestamp(epoch_us(openings.opens_at) + running.due_at_worked_us - openings.worked_before_us)
                )
        end as runs_out_at
    from running
    asof left join openings on running.due_at_worked_us > openings.worked_before_us
)

select * from service_dues
