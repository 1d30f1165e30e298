-- Microsoft's plan fees of a period in company currency, spread over the requests that used the plans.
-- Grain: one row per support_plan_id, service_request_id.
-- Parameter first_on date: first company day of the period.
-- Parameter last_on date: last company day of the period.
-- Parameter in_currency text: ISO 4217, the company currency.
--
-- A table macro of the warehouse, `plan_fee_shares(first_on, last_on, in_currency)`. A plan's fee, at the last rate on or before its first
-- day, belongs to the days of its term evenly: up to a day, fee x days gone by / days of the term, rounded half up to the minor unit, and a
-- period has the difference of two such sums, so that periods add up to the fee. It is shared by what each request opened in the period
-- used: its hours where the plan is in hours, else 1. What rounding leaves goes by the largest remainders, then by the request's id: the
-- shares of a plan come to its fee of the period, to the last digit. A request that names no customer has its case's. A plan that nothing used has one row without a request. Without a
-- rate the amount is empty. Whoever reads it holds customers against the viewer.
with

minor as (
    select minor_units from currencies where currency = in_currency
),

plans as (
    select
        support_plans.support_plan_id,
        support_plans.entitlement_unit,
        support_plans.term_days,
        least(support_plans.term_days, greatest(0, first_on - support_plans.starts_on)) as days_before,
        least(support_plans.term_days, greatest(0, last_on - support_plans.starts_on + 1)) as days_through,
        minor.minor_units,
        abs(support_plans.amount_fee) * case
            when coalesce(support_plans.currency, in_currency) = in_currency then cast(1 as decimal(24, 10))
            else rates.rate_to_company
        end as amount_fee_company,
        support_plans.amount_fee < 0 as is_negative
    from support_plans
    cross join minor
    left join exchange_rates as rates
        on rates.currency = support_plans.currency
        and rates.rate_on <= support_plans.starts_on
        and (rates.rate_until_on is null or rates.rate_until_on > support_plans.starts_on)
    where support_plans.amount_fee <> 0 and support_plans.starts_on <= last_on and support_plans.ends_on >= first_on
),

-- Whole numbers of minor units from here on: a division of decimals would be binary.
plan_units as (
    select
        *,
        case minor_units
            when 0 then cast(round(amount_fee_company, 0) as hugeint)
            when 2 then cast(round(amount_fee_company, 2) * 100 as hugeint)
            when 3 then cast(round(amount_fee_company, 3) * 1000 as hugeint)
            else cast(round(amount_fee_company, 4) * 10000 as hugeint)
        end as fee_units
    from plans
),

period_units as (
    select
        *,
        (2 * fee_units * days_through + term_days) // (2 * term_days)
            - (2 * fee_units * days_before + term_days) // (2 * term_days) as fee_units_of_period
    from plan_units
),

uses as (
    select
        period_units.support_plan_id,
        service_requests.service_request_id,
        service_requests.customer_id,
        case
            when period_units.entitlement_unit = 'hours' then cast(coalesce(service_requests.hours_used, 0) * 10000 as hugeint)
            else cast(1 as hugeint)
        end as weight
    from service_requests_on(last_on) as service_requests
    inner join period_units on period_units.support_plan_id = service_requests.used_support_plan_id
    where service_requests.opened_on between first_on and last_on
),

weighed as (
    select *, cast(sum(weight) over (partition by support_plan_id) as hugeint) as plan_weight from uses
),

floors as (
    select
        weighed.*,
        period_units.fee_units_of_period,
        period_units.fee_units_of_period * weighed.weight // weighed.plan_weight as floor_units,
        period_units.fee_units_of_period * weighed.weight % weighed.plan_weight as remainder
    from weighed
    inner join period_units on period_units.support_plan_id = weighed.support_plan_id
    where weighed.plan_weight > 0
),

shares as (
    select
        support_plan_id,
        service_request_id,
        customer_id,
        floor_units + case
            when row_number() over (partition by support_plan_id order by remainder desc, service_request_id)
                <= fee_units_of_period - sum(floor_units) over (partition by support_plan_id)
                then 1
            else 0
        end as share_units
    from floors
    union all
    select period_units.support_plan_id, null, null, period_units.fee_units_of_period
    from period_units
    left join (select distinct support_plan_id from floors) as used on used.support_plan_id = period_units.support_plan_id
    where used.support_plan_id is null
),

plan_fee_shares as (
    select
        shares.support_plan_id,
        shares.service_request_id,
        shares.customer_id,
        period_units.days_through - period_units.days_before as fee_days,
        case when period_units.is_negative then -1 else 1 end * case period_units.minor_units
            when 0 then cast(shares.share_units as decimal(38, 4))
            when 2 then cast(cast(shares.share_units as decimal(30, 0)) * 0.01 as decimal(38, 4))
            when 3 then cast(cast(shares.share_units as decimal(30, 0)) * 0.001 as decimal(38, 4))
            else cast(cast(shares.share_units as decimal(30, 0)) * 0.0001 as decimal(38, 4))
        end as amount_share_company
    from shares
    inner join period_units on period_units.support_plan_id = shares.support_plan_id
)

select * from plan_fee_shares
