-- Microsoft's plan fees of a period in company currency: what customers used of each, and what no customer did.
-- Grain: one row per support_plan_id.
-- Permission: view_costs
-- Parameter from_on date: first company day of the period.
-- Parameter to_on date: last company day of the period.
--
-- Fee of the period = fee x days of the term in the period / days of the term (macro plan_fee_shares) = assigned to customers + requests
-- without a customer + unused. The _total columns are over all rows, plan_without_rate_count counts those whose fee has no rate and is in none.
with

shares as (
    select
        fee_shares.*,
        customers.customer_id is not null as is_in_view
    from plan_fee_shares($from_on, $to_on, $company_currency) as fee_shares
    left join customers
        on customers.customer_id = fee_shares.customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

sums as (
    select
        support_plan_id,
        max(fee_days) as fee_days,
        cast(sum(amount_share_company) as decimal(38, 4)) as amount_fee_company,
        case when bool_and(amount_share_company is not null)
            then cast(coalesce(sum(amount_share_company) filter (where is_in_view), 0) as decimal(38, 4)) end as amount_assigned_company,
        case when bool_and(amount_share_company is not null)
            then cast(coalesce(sum(amount_share_company) filter (where not is_in_view and service_request_id is not null), 0)
                as decimal(38, 4)) end as amount_without_customer_company,
        case when bool_and(amount_share_company is not null)
            then cast(coalesce(sum(amount_share_company) filter (where service_request_id is null), 0) as decimal(38, 4))
            end as amount_unused_company
    from shares
    group by support_plan_id
),

requests as (
    select used_support_plan_id, count(*) as request_count, sum(coalesce(hours_used, 0)) as hours_used
    from service_requests_on($to_on)
    where opened_on between $from_on and $to_on and used_support_plan_id is not null
    group by used_support_plan_id
),

plan_fees as (
    select
        support_plans.support_plan_id,
        support_plans.support_vehicle,
        support_plans.entitlement_unit,
        coalesce(support_plans.currency, $company_currency) as currency,
        $company_currency as company_currency,
        sums.amount_fee_company is not null as has_rate,
        support_plans.starts_on,
        support_plans.ends_on,
        sums.fee_days,
        support_plans.term_days,
        support_plans.amount_fee,
        sums.amount_fee_company,
        sums.amount_assigned_company,
        sums.amount_without_customer_company,
        sums.amount_unused_company,
        cast(sum(sums.amount_fee_company) over () as decimal(38, 4)) as amount_fee_total_company,
        cast(sum(sums.amount_assigned_company) over () as decimal(38, 4)) as amount_assigned_total_company,
        cast(sum(sums.amount_without_customer_company) over () as decimal(38, 4)) as amount_without_customer_total_company,
        cast(sum(sums.amount_unused_company) over () as decimal(38, 4)) as amount_unused_total_company,
        cast(coalesce(requests.hours_used, 0) as decimal(18, 4)) as hours_used,
        coalesce(requests.request_count, 0) as request_count,
        count(*) filter (where sums.amount_fee_company is null) over () as plan_without_rate_count
    from sums
    inner join support_plans on support_plans.support_plan_id = sums.support_plan_id
    left join requests on requests.used_support_plan_id = sums.support_plan_id
    order by sums.amount_fee_company desc nulls last, support_plans.support_plan_id
)

select * from plan_fees
