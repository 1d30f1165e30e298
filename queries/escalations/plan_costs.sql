-- What support plans cost: the fee, its part for the elapsed term, and what that comes to for each incident and hour
-- Grain: one row per support_plan_id.
-- Permission: view_costs
-- Parameter as_of_on date: as of the end of this day.
-- Parameter plan_status text = running (running, upcoming, over): running on the day, not begun yet, or over.
-- Parameter support_vehicle text = null (commercial, psfp, asfp, cloud, on_premises): one vehicle; all when left out.
--
-- amount_fee_elapsed = fee x elapsed days / days of the term. amount_per_incident = amount_fee_elapsed / requests so far, amount_per_hour = amount_fee_elapsed / hours so far.
-- amount_per_incident_full and amount_per_hour_full = fee / entitlement, in its unit: the price if all of it is used. Rounded to four decimals, halves away
-- from zero; empty without a fee, a currency or a divisor.
with

plans as (
    select
        *,
        case when currency is not null then cast(cast(amount_fee as decimal(38, 4)) * 10000 as hugeint) end as fee_parts,
        cast(cast(hours_used as decimal(38, 4)) * 10000 as hugeint) as hour_parts,
        case when entitled_quantity > 0 then cast(cast(entitled_quantity as decimal(38, 4)) * 10000 as hugeint) end as entitled_parts
    from plan_outlooks($as_of_on)
    where plan_status = $plan_status and ($support_vehicle is null or support_vehicle = $support_vehicle)
),

-- Whole numbers of ten-thousandths: a division of decimals would be binary.
elapsed as (
    select *, sign(fee_parts) * ((2 * abs(fee_parts) * elapsed_days + term_days) // (2 * term_days)) as elapsed_parts
    from plans
),

quotients as (
    select
        *,
        case when request_count > 0 then (2 * abs(elapsed_parts) + request_count) // (2 * request_count) end as incident_parts,
        case when hour_parts > 0 then (2 * abs(elapsed_parts) * 10000 + hour_parts) // (2 * hour_parts) end as an_hour_parts,
        (2 * abs(fee_parts) * 10000 + entitled_parts) // (2 * entitled_parts) as full_parts
    from elapsed
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
        cast(cast(elapsed_parts as decimal(34, 0)) * 0.0001 as decimal(38, 4)) as amount_fee_elapsed,
        cast(cast(sign(fee_parts) * incident_parts as decimal(34, 0)) * 0.0001 as decimal(38, 4)) as amount_per_incident,
        cast(cast(sign(fee_parts) * an_hour_parts as decimal(34, 0)) * 0.0001 as decimal(38, 4)) as amount_per_hour,
        case
            when entitlement_unit = 'incidents'
                then cast(cast(sign(fee_parts) * full_parts as decimal(34, 0)) * 0.0001 as decimal(38, 4))
        end as amount_per_incident_full,
        case
            when entitlement_unit = 'hours'
                then cast(cast(sign(fee_parts) * full_parts as decimal(34, 0)) * 0.0001 as decimal(38, 4))
        end as amount_per_hour_full,
        term_days,
        elapsed_days,
        hours_used,
        request_count
    from quotients
    order by support_vehicle, ends_on, support_plan_id
)

select * from plan_costs
