-- Overdue exposure: what each customer owes past its due date, less what they have on account, per currency.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- Exposure = overdue + unapplied (which is negative), and never below 0: what one customer has on account pays for nobody else's debt.
-- Only customers with something overdue; the largest in company currency first, and last those without a rate. amount_exposure_total
-- and row_count are over all rows of the currency and of the result.
with

facts as (
    select customer_id, currency, fact_type, exchange_rate, amount_fact
    from receivables_facts($viewer_agent, null)
    where known_from_on <= $as_of_on
        and (known_until_on is null or known_until_on > $as_of_on)
        and (fact_type = 'unapplied' or (fact_type = 'open' and aged_from_on < $as_of_on))
        and ($currency is null or currency = $currency)
),

owed as (
    select
        customer_id,
        currency,
        sum(amount_fact) filter (where fact_type = 'open') as amount_overdue,
        coalesce(sum(amount_fact) filter (where fact_type = 'unapplied'), 0) as amount_unapplied,
        -- For the order of the rows alone.
        sum(amount_fact * exchange_rate) as amount_order
    from facts
    group by customer_id, currency
    having sum(amount_fact) filter (where fact_type = 'open') > 0
),

overdue_exposure as (
    select
        owed.customer_id,
        customers.customer_name,
        owed.currency,
        owed.amount_overdue,
        owed.amount_unapplied,
        cast(greatest(0, owed.amount_overdue + owed.amount_unapplied) as decimal(38, 4)) as amount_exposure,
        cast(
            sum(greatest(0, owed.amount_overdue + owed.amount_unapplied)) over (partition by owed.currency) as decimal(38, 4)
        ) as amount_exposure_total,
        count(*) over () as row_count
    from owed
    inner join customers on customers.customer_id = owed.customer_id
    order by owed.amount_order desc nulls last, customers.customer_name, owed.customer_id, owed.currency
    limit $row_limit offset $row_offset
)

select * from overdue_exposure
