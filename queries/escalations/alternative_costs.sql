-- What the incidents of a support plan would have cost through each other vehicle that covers them
-- Grain: one row per support_plan_id, alternative_vehicle, currency.
-- Permission: view_costs
-- Tables: vehicle_scopes, online_services, category_types
-- Parameter as_of_on date: as of the end of this day.
-- Parameter plan_status text = running (running, upcoming, over): plans that run on the day, have not begun yet, or are over.
-- Parameter support_vehicle text = null (commercial, psfp, asfp, cloud, on_premises): plans of one vehicle; all when left out.
--
-- The plan's requests so far, by the support type and the platform of their cases, against the scopes in the rules of support: covered_count are those
-- that the other vehicle takes on, unknown_count those of which it cannot be said (no case, or a case whose support type or platform is not
-- known). amount_alternative = covered_count x amount_per_incident of the other vehicle: the fees of its plans for the days that lie in this
-- plan's term so far / the requests that used them on these days, in their currency; 0 for a vehicle that is free. Empty when that is not known: no
-- plan, a plan without a fee or currency, or no request. amount_own = covered_count x this plan's fee so far / its requests, where the currency is the
-- same. Each is rounded to the currency's minor units, halves away from zero.
with

plans as (
    select *, least(ends_on, $as_of_on) as until_on
    from plan_outlooks($as_of_on)
    where plan_status = $plan_status and ($support_vehicle is null or support_vehicle = $support_vehicle)
),

requests as (
    select plans.support_plan_id, facts.service_request_id, facts.support_type, facts.platform
    from request_facts($as_of_on, null) as facts
    inner join plans on plans.support_plan_id = facts.support_plan_id
    where facts.opened_on <= $as_of_on
),

-- Everything that a case may be about, as far as it is not known.
possible as (
    select *
    from (select unnest(['billing', 'subscription_management', 'technical']) as support_type) as support_types
    cross join (select unnest(['cloud', 'on_premises']) as platform) as platforms
),

vehicles as (
    select support_vehicle as alternative_vehicle, bool_or(is_free) as is_free from vehicle_scopes group by support_vehicle
),

fits as (
    select
        requests.support_plan_id,
        requests.service_request_id,
        vehicles.alternative_vehicle,
        count(*) as possible_count,
        count(vehicle_scopes.support_vehicle) as covered_count
    from requests
    inner join possible
        on (requests.support_type is null or possible.support_type = requests.support_type)
        and (requests.platform is null or possible.platform = requests.platform)
    cross join vehicles
    left join vehicle_scopes
        on vehicle_scopes.support_vehicle = vehicles.alternative_vehicle
        and vehicle_scopes.support_type = possible.support_type
        and vehicle_scopes.platform = possible.platform
    group by requests.support_plan_id, requests.service_request_id, vehicles.alternative_vehicle
),

covered as (
    select
        fits.support_plan_id,
        fits.alternative_vehicle,
        count(*) as request_count,
        count(*) filter (where fits.covered_count = fits.possible_count) as covered_count,
        count(*) filter (where fits.covered_count between 1 and fits.possible_count - 1) as unknown_count
    from fits
    inner join plans on plans.support_plan_id = fits.support_plan_id and plans.support_vehicle <> fits.alternative_vehicle
    group by fits.support_plan_id, fits.alternative_vehicle
    having count(*) filter (where fits.covered_count = fits.possible_count) > 0
),

-- Plans of other vehicles and the days of theirs that lie in this plan's term so far.
others as (
    select
        plans.support_plan_id,
        other.support_plan_id as other_plan_id,
        other.support_vehicle as alternative_vehicle,
        other.currency,
        coalesce(other.amount_fee < 0, true) or other.currency is null as is_price_missing,
        greatest(other.starts_on, plans.starts_on) as from_on,
        least(other.ends_on, plans.until_on) as to_on,
        cast(cast(other.amount_fee as decimal(38, 4)) * 10000 as hugeint) as fee_parts,
        other.term_days
    from plans
    inner join support_plans as other
        on other.support_vehicle <> plans.support_vehicle
        and other.starts_on <= plans.until_on
        and other.ends_on >= plans.starts_on
        and other.term_days > 0
),

priced as (
    select
        others.*,
        -- Not yet in minor units: what is multiplied by the covered ones would multiply the rounding.
        (2 * fee_parts * (to_on - from_on + 1) + term_days) // (2 * term_days) as elapsed_parts,
        (
            select count(*) from service_requests_on($as_of_on) as service_requests
            where service_requests.used_support_plan_id = others.other_plan_id
                and service_requests.opened_on between others.from_on and others.to_on
        ) as request_count
    from others
),

-- One plan without a price leaves its vehicle without one.
prices as (
    select
        support_plan_id,
        alternative_vehicle,
        currency,
        sum(elapsed_parts) as elapsed_parts,
        sum(request_count) as request_count
    from priced
    group by support_plan_id, alternative_vehicle, currency
    qualify not bool_or(bool_or(is_price_missing)) over (partition by support_plan_id, alternative_vehicle)
),

own as (
    select
        plans.support_plan_id,
        plans.request_count,
        case
            when plans.currency is not null then cast(quotient_in_minor_units(
                cast(cast(plans.amount_fee as decimal(38, 4)) * 10000 as hugeint) * plans.elapsed_days, plans.term_days, currencies.minor_units
            ) * 10000 as hugeint)
        end as elapsed_parts
    from plans
    left join currencies on currencies.currency = plans.currency
),

reckoned as (
    select
        plans.support_plan_id,
        plans.support_vehicle,
        plans.ends_on,
        covered.alternative_vehicle,
        vehicles.is_free,
        case when vehicles.is_free then plans.currency else prices.currency end as currency,
        case when vehicles.is_free then case when plans.currency is not null then 0 end else prices.elapsed_parts end as elapsed_parts,
        case when vehicles.is_free then 1 else nullif(prices.request_count, 0) end as divisor,
        case when vehicles.is_free or prices.currency = plans.currency then own.elapsed_parts end as own_parts,
        own.request_count as own_divisor,
        covered.request_count,
        covered.covered_count,
        covered.unknown_count
    from covered
    inner join plans on plans.support_plan_id = covered.support_plan_id
    inner join vehicles on vehicles.alternative_vehicle = covered.alternative_vehicle
    inner join own on own.support_plan_id = covered.support_plan_id
    left join prices
        on prices.support_plan_id = covered.support_plan_id
        and prices.alternative_vehicle = covered.alternative_vehicle
        and not vehicles.is_free
),

alternative_costs as (
    select
        reckoned.support_plan_id,
        reckoned.support_vehicle,
        reckoned.alternative_vehicle,
        reckoned.is_free,
        reckoned.currency,
        quotient_in_minor_units(reckoned.elapsed_parts, reckoned.divisor, currencies.minor_units) as amount_per_incident,
        quotient_in_minor_units(
            reckoned.elapsed_parts * reckoned.covered_count, reckoned.divisor, currencies.minor_units
        ) as amount_alternative,
        quotient_in_minor_units(reckoned.own_parts * reckoned.covered_count, reckoned.own_divisor, currencies.minor_units) as amount_own,
        reckoned.request_count,
        reckoned.covered_count,
        reckoned.unknown_count
    from reckoned
    left join currencies on currencies.currency = reckoned.currency
    order by reckoned.support_vehicle, reckoned.ends_on, reckoned.support_plan_id, reckoned.alternative_vehicle, reckoned.currency
)

select * from alternative_costs
