-- What support plans cost: the fee, its part for the elapsed term, and what that comes to for each incident and hour
-- Grain: one row per support_plan_id.
-- Permission: view_costs
-- Parameter as_of_on date: as of the end of this day.
-- Parameter plan_status text = running (running, upcoming, over): running on the day, not begun yet, or over.
-- Parameter support_vehicle text = null (commercial, psfp, asfp, cloud, on_premises): one vehicle; all when left out.
--
-- amount_fee_elapsed = fee x elapsed days / days of the term. amount_per_incident = amount_fee_elapsed / requests so far, amount_per_hour = amount_fee_elapsed / hours so far.
-- amount_per_incident_full and amount_per_hour_full = fee / entitlement, in its unit: the price if all of it is used. Each rounded to the
-- currency's minor units, halves away from zero; empty without a fee, a currency or a divisor.
with

plans as (
    select
        outlooks.*,
        currencies.minor_units,
        case when outlooks.currency is not null then cast(cast(outlooks.amount_fee as decimal(38, 4)) * 10000 as hugeint) end as fee_parts,
        cast(cast(outlooks.hours_used as decimal(38, 4)) * 10000 as hugeint) as hour_parts,
        cast(cast(outlooks.entitled_quantity as decimal(38, 4)) * 10000 as hugeint) as entitled_parts
    from plan_outlooks($as_of_on) as outlooks
    left join currencies on currencies.currency = outlooks.currency
    where outlooks.plan_status = $plan_status and ($support_vehicle is null or outlooks.support_vehicle = $support_vehicle)
),

elapsed as (
    select *, quotient_in_minor_units(fee_parts * elapsed_days, term_days, minor_units) as amount_fee_elapsed from plans
),

quotients as (
    select *, cast(amount_fee_elapsed * 10000 as hugeint) as elapsed_parts from elapsed
),

plan_costs as (
    select
        support_plan_id,
        support_vehicle,
        plan_status,
        entitlement_unit,
        currency,
        starts_on,
        ends_on,
        amount_fee,
        amount_fee_elapsed,
        case when request_count > 0 then quotient_in_minor_units(elapsed_parts, request_count, minor_units) end as amount_per_incident,
        case when hour_parts > 0 then quotient_in_minor_units(elapsed_parts * 10000, hour_parts, minor_units) end as amount_per_hour,
        case
            when entitlement_unit = 'incidents' and entitled_parts > 0
                then quotient_in_minor_units(fee_parts * 10000, entitled_parts, minor_units)
        end as amount_per_incident_full,
        case
            when entitlement_unit = 'hours' and entitled_parts > 0
                then quotient_in_minor_units(fee_parts * 10000, entitled_parts, minor_units)
        end as amount_per_hour_full,
        term_days,
        elapsed_days,
        hours_used,
        request_count
    from quotients
    order by support_vehicle, ends_on, support_plan_id
)

select * from plan_costs
