-- Share paid on time, month by month: of the invoices that fell due in a month, those settled by their due day.
-- Grain: one row per month_on.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day; its month is not over yet.
-- Parameter customer_id text = null: one customer; all in view when left out.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter month_count integer = 24: months shown.
--
-- Each invoice counts once, in the month of its due day (of instalments the last), and what is overdue and open is not on time. Left
-- out: what is due on the day itself and still open, open instalments paid as agreed, and what credit notes alone settled. Invoices
-- of several currencies are counted together.
with

written_off as (
    select distinct invoice_id
    from allocations_in_force
    where source_type = 'write_off'
        and in_force_from_on <= $as_of_on
        and (in_force_until_on is null or in_force_until_on > $as_of_on)
        and ($customer_id is null or customer_id = $customer_id)
),

due as (
    select
        cast(date_trunc('month', coalesce(settlements.last_due_on, settlements.issued_on)) as date) as month_on,
        settlements.settled_on <= coalesce(settlements.last_due_on, settlements.issued_on) as is_on_time
    from invoice_settlements($as_of_on, $customer_id) as settlements
    inner join customers on customers.customer_id = settlements.customer_id
    left join written_off on written_off.invoice_id = settlements.invoice_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or settlements.currency = $currency)
        and coalesce(settlements.last_due_on, settlements.issued_on) <= $as_of_on
        and case
            when settlements.settled_on is null then settlements.days_late is not null
            else settlements.has_payment or written_off.invoice_id is not null
        end
),

months as (
    select cast(date_trunc('month', $as_of_on) - to_months(step) as date) as month_on
    from (select unnest(generate_series(0, $month_count - 1)) as step) as steps
),

on_time as (
    select
        months.month_on,
        cast(round(count(*) filter (where due.is_on_time)::double / nullif(count(due.month_on), 0)::double, 4) as decimal(18, 4))
            as on_time_rate,
        count(due.month_on) as invoice_count,
        count(*) filter (where due.is_on_time) as on_time_count
    from months
    left join due on due.month_on = months.month_on
    group by months.month_on
    order by months.month_on
)

select * from on_time
