-- Everything that holds a customer back on a day: recorded holds, imported ones, and those that stand by themselves.
-- Grain: one row per customer_id, hold_type, hold_id, currency.
-- Permission: view_flags
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter hold_type text = null (dispute, promise_to_pay, exemption, severity_a_case, unapplied_covers_debt, no_final_notice, cancellation_window): one type; all when left out.
-- Parameter origin_type text = null (recorded, imported, built_in): one origin; all when left out.
-- Parameter currency text = null: ISO 4217, and what holds in every currency; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: holds_decided, stages_now
--
-- origin_type: `recorded` by a person here, `imported`, or `built_in`: one that collections/stages finds for a customer whom the policy
-- would flag. A built-in one has no owner, and ends when what it rests on ends; the last day is known of a cancellation window alone
-- (the last of those that are open), and case_id and product_name name what it rests on (of several cases the first opened, of
-- several windows the one that closes last). Those that end first come first, those without an end last. row_count counts all rows.
with

scoped_customers as (
    select customer_id, customer_name, sales_agent
    from customers
    where ($viewer_agent is null or sales_agent = $viewer_agent)
        and ($customer_id is null or customer_id = $customer_id)
),

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

people_said as (
    select
        holds.hold_id,
        holds.customer_id,
        holds.invoice_id,
        coalesce(holds.currency, invoices.currency) as currency,
        holds.hold_type,
        case when holds.is_own then 'recorded' else 'imported' end as origin_type,
        cast(null as text) as case_id,
        cast(null as text) as product_name,
        holds.reason,
        holds.owner,
        holds.starts_on,
        holds.ends_on,
        holds.amount_held
    from every_hold() as holds
    left join invoices on invoices.invoice_id = holds.invoice_id and invoices.customer_id = holds.customer_id
    where holds.starts_on <= $as_of_on
        and (holds.ends_on is null or holds.ends_on >= $as_of_on)
        and (holds.withdrawn_on is null or holds.withdrawn_on > $as_of_on)
),

severe_cases as (
    select cases.customer_id, arg_min(cases.case_id, (cases.opened_at, cases.case_id)) as case_id
    from cases
    inner join case_states on case_states.case_id = cases.case_id
    cross join day_end
    where cases.severity = 'A'
        and case_states.from_at < day_end.ends_at
        and (case_states.until_at is null or case_states.until_at >= day_end.ends_at)
    group by cases.customer_id
),

windows as (
    select
        customer_id,
        arg_max(product_name, (cancellable_until_on, subscription_id)) as product_name,
        max(cancellable_until_on) as ends_on
    from subscriptions
    where subscription_status = 'active'
        and cancellable_until_on >= $as_of_on
        and (started_on is null or started_on <= $as_of_on)
        and (withdrawn_on is null or withdrawn_on > $as_of_on)
    group by customer_id
),

built_in_reasons as (
    select customer_id, currency, amount_unapplied, unnest(string_split(hold_reasons, '; ')) as hold_type
    from stages_now
    where hold_reasons <> ''
),

built_in as (
    select
        cast(null as text) as hold_id,
        built_in_reasons.customer_id,
        cast(null as text) as invoice_id,
        built_in_reasons.currency,
        built_in_reasons.hold_type,
        'built_in' as origin_type,
        case when built_in_reasons.hold_type = 'severity_a_case' then severe_cases.case_id end as case_id,
        case when built_in_reasons.hold_type = 'cancellation_window' then windows.product_name end as product_name,
        cast(null as text) as reason,
        cast(null as text) as owner,
        cast(null as date) as starts_on,
        case when built_in_reasons.hold_type = 'cancellation_window' then windows.ends_on end as ends_on,
        case when built_in_reasons.hold_type = 'unapplied_covers_debt' then -built_in_reasons.amount_unapplied end as amount_held
    from built_in_reasons
    left join severe_cases on severe_cases.customer_id = built_in_reasons.customer_id
    left join windows on windows.customer_id = built_in_reasons.customer_id
    where built_in_reasons.hold_type in ('severity_a_case', 'unapplied_covers_debt', 'no_final_notice', 'cancellation_window')
),

every_reason as (
    select * from people_said
    union all
    select * from built_in
),

listed as (
    select
        every_reason.hold_id,
        every_reason.customer_id,
        scoped_customers.customer_name,
        scoped_customers.sales_agent,
        every_reason.invoice_id,
        every_reason.case_id,
        every_reason.currency,
        every_reason.hold_type,
        every_reason.origin_type,
        every_reason.product_name,
        every_reason.reason,
        every_reason.owner,
        every_reason.starts_on,
        every_reason.ends_on,
        cast(every_reason.amount_held as decimal(38, 4)) as amount_held,
        every_reason.ends_on - $as_of_on as left_days,
        count(*) over () as row_count
    from every_reason
    inner join scoped_customers on scoped_customers.customer_id = every_reason.customer_id
    where ($hold_type is null or every_reason.hold_type = $hold_type)
        and ($origin_type is null or every_reason.origin_type = $origin_type)
        and ($currency is null or every_reason.currency is null or every_reason.currency = $currency)
    order by every_reason.ends_on nulls last, scoped_customers.customer_name, every_reason.hold_type, every_reason.currency, every_reason.hold_id
    limit $row_limit offset $row_offset
)

select * from listed
