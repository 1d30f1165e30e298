-- How one customer pays: average days to pay, days late, share paid on time.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter customer_id text = null: the customer; all together when left out.
-- Parameter as_of_on date: as of the end of this day.
-- Parameter from_on date = null: only invoices settled on or after this day.
with

items as (
    select
        open_items.invoice_id,
        max(open_items.due_on) as last_due_on,
        max(open_items.open_until_on) as settled_on,
        bool_or(open_items.open_until_on is null or open_items.open_until_on > $as_of_on) as is_open
    from open_items
    where open_items.open_from_on <= $as_of_on and ($customer_id is null or open_items.customer_id = $customer_id)
    group by open_items.invoice_id
),

settled as (
    select
        invoices.currency,
        invoices.amount_total,
        -- What was settled on the day of its issue was never open at the end of a day.
        coalesce(items.settled_on, invoices.issued_on) - invoices.issued_on as pay_days,
        coalesce(items.settled_on, invoices.issued_on)
            - coalesce(invoices.due_on, items.last_due_on, invoices.issued_on) as late_days
    from invoices
    inner join customers on customers.customer_id = invoices.customer_id
    left join items on items.invoice_id = invoices.invoice_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or invoices.customer_id = $customer_id)
        and invoices.is_counted
        and invoices.issued_on <= $as_of_on
        and (invoices.counts_until_on is null or invoices.counts_until_on > $as_of_on)
        and not coalesce(items.is_open, false)
        and ($from_on is null or coalesce(items.settled_on, invoices.issued_on) >= $from_on)
        and exists (
            select 1
            from allocations_in_force
            where allocations_in_force.invoice_id = invoices.invoice_id
                and allocations_in_force.source_type = 'payment'
                and allocations_in_force.in_force_from_on <= $as_of_on
                and (allocations_in_force.in_force_until_on is null or allocations_in_force.in_force_until_on > $as_of_on)
            union all
            -- Paid, as the accounting system says, on a day that it knows.
            select 1
            from settlements_stated
            where settlements_stated.invoice_id = invoices.invoice_id
                and settlements_stated.has_day
                and settlements_stated.settled_from_on <= $as_of_on
                and (settlements_stated.settled_until_on is null or settlements_stated.settled_until_on > $as_of_on)
        )
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
