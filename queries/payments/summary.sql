-- How one customer pays: average days to pay, days late, share paid on time.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter customer_id text = null: the customer; all together when left out.
-- Parameter as_of_on date: as of the end of this day.
-- Parameter from_on date = null: only invoices settled on or after this day.
with

settled as (
    select settlements.currency, settlements.amount_total, settlements.pay_days, settlements.days_late as late_days
    from invoice_settlements($as_of_on) as settlements
    inner join customers on customers.customer_id = settlements.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or settlements.customer_id = $customer_id)
        and settlements.has_payment
        and settlements.settled_on is not null
        and ($from_on is null or settlements.settled_on >= $from_on)
),

summary as (
    select
        currency,
        count(*) as invoice_count,
        count(*) filter (where late_days <= 0) as on_time_count,
        sum(amount_total) as amount_settled,
        cast(round(avg(pay_days), 4) as decimal(18, 4)) as average_days_to_pay,
        cast(round(avg(late_days), 4) as decimal(18, 4)) as average_days_late,
        cast(round(count(*) filter (where late_days <= 0) / nullif(count(*), 0), 4) as decimal(18, 4)) as on_time_rate
    from settled
    group by currency
    order by currency
)

select * from summary
