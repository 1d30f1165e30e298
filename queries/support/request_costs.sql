-- Service requests of a period, each with its share of its plan's fee in company currency.
-- Grain: one row per service_request_id.
-- Permission: view_costs
-- Parameter from_on date: first company day of the period.
-- Parameter to_on date: last company day of the period.
-- Parameter customer_id text = null: one customer; all requests, also those without a customer, when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- A request outside every plan, or of a plan without a fee, has a share of 0; one whose plan's fee has no exchange rate has none.
with

fee_shares as (
    select * from plan_fee_shares($from_on, $to_on, $company_currency) where service_request_id is not null
),

request_costs as (
    select
        service_requests.service_request_id,
        customers.customer_id,
        customers.customer_name,
        service_requests.case_id,
        service_requests.title,
        service_requests.support_vehicle,
        service_requests.used_support_plan_id as support_plan_id,
        service_requests.severity,
        $company_currency as company_currency,
        service_requests.opened_at,
        service_requests.hours_used,
        case
            when fee_shares.service_request_id is null then cast(0 as decimal(38, 4))
            else fee_shares.amount_share_company
        end as amount_share_company,
        count(*) over () as row_count
    from service_requests_on($to_on) as service_requests
    left join customers on customers.customer_id = service_requests.customer_id
    left join fee_shares on fee_shares.service_request_id = service_requests.service_request_id
    where service_requests.opened_on between $from_on and $to_on
        and ($customer_id is null or customers.customer_id = $customer_id)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
    order by amount_share_company desc nulls last, service_requests.opened_at desc, service_requests.service_request_id
    limit $row_limit offset $row_offset
)

select * from request_costs
