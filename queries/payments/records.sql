-- The invoices behind the figures of how a customer pays: settled in a period, or overdue at its end, or open with a part paid.
-- Grain: one row per invoice_id.
-- Permission: view_receivables
-- Parameter as_of_on date: last day of the period; known is what was known at its end.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter from_on date = null: first day of the period; twelve months up to the day when left out.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter payment_status text = null (on_time, late, overdue, part_paid): what became of them; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- running_late_days: the median of this invoice and the four that the customer settled before it, for a line through the dots; those
-- overdue stand at the end. part_paid as a status asks for the invoices paid in parts, whatever else they are.
with

part_paid as (
    select * from part_paid_invoices($as_of_on, $customer_id)
),

judged as (
    select
        customer_id,
        currency,
        invoice_id,
        case when is_on_time then 'on_time' when is_settled then 'late' else 'overdue' end as payment_status,
        issued_on,
        due_on,
        settled_on,
        late_days,
        pay_days,
        cast(
            round(
                quantile_cont(late_days, 0.5) over (
                    partition by customer_id, currency
                    order by coalesce(settled_on, $as_of_on), settled_on is null, coalesce(due_on, issued_on), invoice_id
                    rows between 4 preceding and current row
                ), 4
            ) as decimal(18, 4)
        ) as running_late_days,
        amount_total,
        amount_outstanding
    from payment_records(coalesce($from_on, cast($as_of_on + 1 - interval 1 year as date)), $as_of_on, $customer_id)
    where is_judged and ($currency is null or currency = $currency)
),

-- Open and not yet due, with a part paid: says nothing about days late.
begun as (
    select
        settlements.customer_id,
        settlements.currency,
        settlements.invoice_id,
        'open' as payment_status,
        settlements.issued_on,
        settlements.last_due_on as due_on,
        settlements.settled_on,
        cast(null as bigint) as late_days,
        cast(null as bigint) as pay_days,
        cast(null as decimal(18, 4)) as running_late_days,
        settlements.amount_total,
        settlements.amount_outstanding
    from invoice_settlements($as_of_on, $customer_id) as settlements
    where settlements.settled_on is null
        and settlements.invoice_id in (select invoice_id from part_paid where is_open)
        and settlements.invoice_id not in (select invoice_id from judged)
        and ($currency is null or settlements.currency = $currency)
),

every_record as (
    select * from judged
    union all
    select * from begun
),

records as (
    select
        every_record.customer_id,
        customers.customer_name,
        every_record.currency,
        every_record.invoice_id,
        every_record.payment_status,
        part_paid.invoice_id is not null as is_part_paid,
        every_record.issued_on,
        every_record.due_on,
        every_record.settled_on,
        every_record.late_days,
        every_record.pay_days,
        every_record.running_late_days,
        every_record.amount_total,
        every_record.amount_outstanding,
        count(*) over () as row_count
    from every_record
    inner join customers on customers.customer_id = every_record.customer_id
    left join part_paid on part_paid.invoice_id = every_record.invoice_id and part_paid.customer_id = every_record.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and (
            $payment_status is null
            or every_record.payment_status = $payment_status
            or ($payment_status = 'part_paid' and part_paid.invoice_id is not null)
        )
    order by
        every_record.settled_on desc nulls first, every_record.late_days desc nulls last, every_record.issued_on desc,
        every_record.invoice_id
    limit $row_limit offset $row_offset
)

select * from records
