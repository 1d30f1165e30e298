-- Use of support plans as of the ends of some days, the day it ran out, and the day until which what is left will last.
-- Grain: one row per seen_on, support_plan_id.
-- Parameter seen_days dates: as of the end of each of these days.
-- Parameter hours_of text: now, as the hours stand; or then, as they were known on each day, for what is held against what happened.
--
-- A table macro of the warehouse, `plan_projections(seen_days, hours_of)`: one row for every plan on record and each day. A request uses its
-- hours, or one incident, on the day on which it was opened. As of then, a request that was not closed yet uses the mean of the
-- hours of the plan's closed ones: what it says now was worked out later.
--
-- Use is taken for a compound Poisson process: requests come at random, each using what it uses. With a use S of entitlement Q in t elapsed
-- days, whose requests used X each, the rate is S / t a day and the variance V = sum of X x X / t a day. u days ahead the use will be
-- S + u x S / t, and lie four times in five within 1.2816 x sqrt(V x u + V x u x u / t) of it: the chance of the days to come, and what is not
-- known of the rate. earliest_on and latest_on are the days on which the upper and the lower end reach Q; latest_on is empty where the
-- lower end never does. Fewer than 3 requests that used something are too little use to say: all of it stays empty.
-- runs_out_on is the day on which Q would be reached at the rate S / t counted from the first day, from the first use on.
with

moments as (
    select
        days.seen_on,
        timezone('UTC', timezone(build.time_zone, cast(days.seen_on + 1 as timestamp))) as ends_at
    from (select unnest(seen_days) as seen_on) as days
    cross join build
),

plans as (
    select
        moments.seen_on,
        support_plans.*,
        case
            when support_plans.starts_on > moments.seen_on then 'upcoming'
            when support_plans.ends_on < moments.seen_on then 'over'
            else 'running'
        end as plan_status,
        least(greatest(moments.seen_on - support_plans.starts_on + 1, 0), support_plans.term_days) as elapsed_days,
        case when support_plans.entitlement_unit <> 'unlimited' then support_plans.entitlement_quantity end as entitled_quantity
    from moments
    cross join support_plans
),

requests as (
    select
        moments.seen_on,
        service_requests.used_support_plan_id as support_plan_id,
        service_requests.opened_on,
        service_requests.hours_used,
        coalesce(service_requests.closed_at < moments.ends_at, false) as is_closed,
        cast(
            avg(service_requests.hours_used) filter (where service_requests.closed_at < moments.ends_at) over (
                partition by moments.seen_on, service_requests.used_support_plan_id
            ) as decimal(18, 4)
        ) as mean_hours
    from moments
    inner join service_requests on service_requests.opened_on <= moments.seen_on
    where service_requests.used_support_plan_id is not null
        and (service_requests.withdrawn_on is null or service_requests.withdrawn_on > moments.seen_on)
),

sized as (
    select
        requests.seen_on,
        requests.support_plan_id,
        requests.opened_on,
        requests.is_closed,
        requests.hours_used,
        case
            when support_plans.entitlement_unit <> 'hours' then cast(1 as decimal(18, 4))
            when hours_of = 'then' and not requests.is_closed then coalesce(requests.mean_hours, 0)
            else coalesce(requests.hours_used, 0)
        end as used
    from requests
    inner join support_plans on support_plans.support_plan_id = requests.support_plan_id
),

uses as (
    select
        seen_on,
        support_plan_id,
        cast(sum(used) as decimal(18, 4)) as used_quantity,
        cast(sum(coalesce(hours_used, 0)) as decimal(18, 4)) as hours_used,
        sum(used::double * used::double) as squares,
        count(*) filter (where used <> 0) as using_count,
        count(*) as request_count,
        count(*) filter (where not is_closed) as open_count,
        count(*) filter (where hours_used is null) as without_hours_count
    from sized
    group by seen_on, support_plan_id
),

day_sums as (
    select
        seen_on,
        support_plan_id,
        opened_on,
        sum(sum(used)) over (partition by seen_on, support_plan_id order by opened_on) as used_quantity
    from sized
    group by seen_on, support_plan_id, opened_on
),

-- A plan that entitles to nothing is used up on its first day.
run_outs as (
    select
        plans.seen_on,
        plans.support_plan_id,
        case when plans.entitled_quantity <= 0 then plans.starts_on else min(day_sums.opened_on) end as ran_out_on
    from plans
    left join day_sums
        on day_sums.seen_on = plans.seen_on
        and day_sums.support_plan_id = plans.support_plan_id
        and day_sums.used_quantity >= plans.entitled_quantity
    where plans.entitled_quantity is not null and plans.plan_status <> 'upcoming'
    group by plans.seen_on, plans.support_plan_id, plans.entitled_quantity, plans.starts_on
),

used_plans as (
    select
        plans.* exclude (entitlement_quantity),
        run_outs.ran_out_on,
        coalesce(uses.used_quantity, 0) as used_quantity,
        coalesce(uses.hours_used, 0) as hours_used,
        coalesce(uses.using_count, 0) as using_count,
        coalesce(uses.request_count, 0) as request_count,
        coalesce(uses.open_count, 0) as open_count,
        coalesce(uses.without_hours_count, 0) as without_hours_count,
        plans.plan_status = 'running' and coalesce(uses.using_count, 0) >= 3 as is_projected,
        uses.used_quantity::double / nullif(plans.elapsed_days, 0) as rate_a_day,
        uses.squares / nullif(plans.elapsed_days, 0) as variance_a_day,
        (plans.entitled_quantity - coalesce(uses.used_quantity, 0))::double as left_double
    from plans
    left join uses on uses.seen_on = plans.seen_on and uses.support_plan_id = plans.support_plan_id
    left join run_outs on run_outs.seen_on = plans.seen_on and run_outs.support_plan_id = plans.support_plan_id
),

-- (left - rate u)^2 = z^2 (variance u + variance u^2 / elapsed): its two roots are the ends of the range.
equations as (
    select
        *,
        rate_a_day * rate_a_day - 1.2816 * 1.2816 * variance_a_day / elapsed_days as square_factor,
        2 * left_double * rate_a_day + 1.2816 * 1.2816 * variance_a_day as linear_factor,
        -- In ten-thousandths, as whole numbers: what is used up exactly on a day must not slip into the next one.
        cast(cast(entitled_quantity as decimal(38, 4)) * 10000 as hugeint) as entitled_parts,
        cast(cast(used_quantity as decimal(38, 4)) * 10000 as hugeint) as used_parts
    from used_plans
),

roots as (
    select
        *,
        linear_factor + sqrt(greatest(0, linear_factor * linear_factor - 4 * square_factor * left_double * left_double)) as root_sum
    from equations
),

lasting as (
    select
        *,
        case
            when plan_status = 'running' and used_parts > 0 and entitled_quantity is not null
                then greatest(0, (entitled_parts * elapsed_days + used_parts - 1) // used_parts - 1)
        end as until_days,
        case
            when is_projected and ran_out_on is null then ceil(2 * left_double * left_double / nullif(root_sum, 0))
        end as early_days,
        case
            when is_projected and ran_out_on is null and square_factor > 0 then ceil(root_sum / (2 * square_factor))
        end as late_days
    from roots
)

-- A day that no calendar has (beyond the year 9999) is never.
select
    * exclude (left_double, square_factor, linear_factor, root_sum, entitled_parts, used_parts, until_days, early_days, late_days),
    case when until_days <= date '9999-12-31' - starts_on then starts_on + cast(until_days as integer) end as runs_out_on,
    case when early_days <= date '9999-12-31' - seen_on then seen_on + cast(early_days as integer) end as earliest_on,
    case when late_days <= date '9999-12-31' - seen_on then seen_on + cast(late_days as integer) end as latest_on
from lasting
