-- Support plans on a day: what is used and left of each, whether it will last, and which plan renews it.
-- Grain: one row per support_plan_id.
-- Parameter seen_on date: as of the end of this day.
--
-- A table macro of the warehouse, `plan_outlooks(seen_on)`, on top of plan_projections. outlook_status: `unlimited`; `not_known` (hours or
-- incidents without a number); `ran_out`; `too_little` (fewer than 3 requests used something: nothing is projected); `runs_out` (at the
-- rate so far before the last day of the term); `may_run_out` (not at that rate, but within the range); `lasts`; and of a plan that does
-- not run on the day, `upcoming` or `over`.
with

projections as (
    select * from plan_projections([seen_on], 'now')
),

-- Of the plans that carry on from this one, the one that begins last, and of those the one that ends last.
renewals as (
    select projections.support_plan_id, later.support_plan_id as renewed_by_plan_id
    from projections
    inner join support_plans as later
        on later.support_vehicle = projections.support_vehicle
        and later.starts_on > projections.starts_on
        and later.ends_on > projections.ends_on
        and later.starts_on <= projections.ends_on + 1
    qualify row_number() over (
        partition by projections.support_plan_id
        order by later.starts_on desc, later.ends_on desc, later.support_plan_id
    ) = 1
)

select
    projections.support_plan_id,
    renewals.renewed_by_plan_id,
    projections.support_vehicle,
    projections.plan_status,
    projections.entitlement_unit,
    case
        when projections.plan_status = 'over' and projections.ran_out_on is not null then 'ran_out'
        when projections.plan_status <> 'running' then projections.plan_status
        when projections.entitlement_unit = 'unlimited' then 'unlimited'
        when projections.entitled_quantity is null then 'not_known'
        when projections.ran_out_on is not null then 'ran_out'
        when not projections.is_projected then 'too_little'
        when projections.runs_out_on < projections.ends_on then 'runs_out'
        when projections.earliest_on < projections.ends_on then 'may_run_out'
        else 'lasts'
    end as outlook_status,
    projections.currency,
    projections.starts_on,
    projections.ends_on,
    projections.ran_out_on,
    projections.runs_out_on,
    projections.earliest_on,
    projections.latest_on,
    projections.amount_fee,
    projections.term_days,
    projections.elapsed_days,
    projections.entitled_quantity,
    projections.used_quantity,
    case
        when projections.entitled_quantity is not null
            then cast(greatest(projections.entitled_quantity - projections.used_quantity, 0) as decimal(18, 4))
    end as left_quantity,
    case
        when projections.entitled_quantity is not null
            then cast(greatest(projections.used_quantity - projections.entitled_quantity, 0) as decimal(18, 4))
    end as over_quantity,
    case
        when projections.is_projected then cast(
            round(projections.used_quantity + projections.rate_a_day * (projections.term_days - projections.elapsed_days), 4)
            as decimal(18, 4)
        )
    end as projected_quantity,
    projections.hours_used,
    cast(
        round(projections.used_quantity::double / nullif(projections.entitled_quantity, 0)::double, 4) as decimal(18, 4)
    ) as burn_share,
    cast(round(projections.elapsed_days / nullif(projections.term_days, 0), 4) as decimal(18, 4)) as elapsed_share,
    cast(
        round(
            projections.used_quantity::double * projections.term_days
            / nullif(projections.entitled_quantity::double * projections.elapsed_days, 0),
            4
        ) as decimal(18, 4)
    ) as burn_ratio,
    projections.request_count,
    projections.open_count,
    projections.without_hours_count
from projections
left join renewals on renewals.support_plan_id = projections.support_plan_id
