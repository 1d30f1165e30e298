-- Credit-limit use: what customers with a credit limit owe, net, against it; those over the limit first.
-- Grain: one row per customer_id.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: only limits in this currency; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- A limit is in the customer's currency and measured against the documents in that currency: open items and unapplied money (negative).
-- What is open in other currencies stands apart, in company currency at booked rates. The rate is null when the limit is 0.
with

balances as (
    select customer_id, currency, fact_type, amount_fact
    from receivables_facts($viewer_agent, null)
    where fact_type in ('open', 'unapplied')
        and known_from_on <= $as_of_on
        and (known_until_on is null or known_until_on > $as_of_on)
),

balances_company as (
    select customer_id, document_currency, sum(amount_fact) as amount_company
    from receivables_facts($viewer_agent, $company_currency)
    where fact_type in ('open', 'unapplied')
        and known_from_on <= $as_of_on
        and (known_until_on is null or known_until_on > $as_of_on)
    group by customer_id, document_currency
),

limited as (
    select *
    from customers
    where credit_limit_amount is not null
        and ($currency is null or currency = $currency)
        and ($viewer_agent is null or sales_agent = $viewer_agent)
),

elsewhere as (
    select limited.customer_id, sum(balances_company.amount_company) as amount_company
    from limited
    inner join balances_company
        on balances_company.customer_id = limited.customer_id
        and balances_company.document_currency <> limited.currency
    group by limited.customer_id
),

used as (
    select
        limited.customer_id,
        limited.customer_name,
        limited.currency,
        limited.credit_limit_amount as amount_limit,
        coalesce(sum(balances.amount_fact) filter (
            where balances.currency = limited.currency and balances.fact_type = 'open'
        ), 0) as amount_outstanding,
        coalesce(sum(balances.amount_fact) filter (
            where balances.currency = limited.currency and balances.fact_type = 'unapplied'
        ), 0) as amount_unapplied,
        string_agg(distinct balances.currency, ', ' order by balances.currency) filter (
            where balances.currency <> limited.currency
        ) as other_currencies
    from limited
    left join balances on balances.customer_id = limited.customer_id
    group by all
),

credit_use as (
    select
        used.customer_id,
        used.customer_name,
        used.currency,
        used.other_currencies,
        $company_currency as company_currency,
        amount_outstanding + amount_unapplied > amount_limit as is_over_limit,
        cast(amount_limit as decimal(38, 4)) as amount_limit,
        amount_outstanding,
        amount_unapplied,
        cast(amount_outstanding + amount_unapplied as decimal(38, 4)) as amount_net,
        cast(greatest(0, amount_outstanding + amount_unapplied - amount_limit) as decimal(38, 4)) as amount_over_limit,
        elsewhere.amount_company as amount_elsewhere_company,
        cast(
            round((amount_outstanding + amount_unapplied)::double / nullif(amount_limit, 0)::double, 4) as decimal(18, 4)
        ) as limit_use_rate,
        count(*) over () as row_count
    from used
    left join elsewhere on elsewhere.customer_id = used.customer_id
    -- Over a limit of 0 comes before every share; nothing owed of it, after.
    order by
        is_over_limit desc, is_over_limit and limit_use_rate is null desc, limit_use_rate desc nulls last,
        used.customer_name, used.customer_id
    limit $row_limit offset $row_offset
)

select * from credit_use
