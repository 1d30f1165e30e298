-- Invoices behind the days to pay and the weighted days late of a period: settled in it, or overdue at its end.
-- Grain: one row per lateness_type, invoice_id, instalment_number.
-- Permission: view_receivables
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period.
-- Parameter input_name text = days_late (days_late, days_to_pay): all with their weights, or only what was settled with a payment.
-- Parameter currency text = null: ISO 4217; all documents in company currency at booked rates when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
--
-- Average days to pay is the mean of pay_days over days_to_pay; weighted days late is the sum of amount_weight_by_days over that of
-- amount_weight. The totals are over all rows, whatever the page.
with

late as (
    select *
    from receivables_lateness($from_on, $to_on, $viewer_agent, case when $currency is null then $company_currency end)
    where ($currency is null or document_currency = $currency)
        and ($input_name = 'days_late' or pay_days is not null)
),

kpi_payments as (
    select
        late.lateness_type,
        late.invoice_id,
        late.instalment_number,
        late.customer_id,
        customers.customer_name,
        late.document_currency,
        late.currency,
        late.issued_on,
        late.due_on,
        late.settled_on,
        late.pay_days,
        late.days_late,
        late.amount_document,
        late.amount_weight,
        cast(late.amount_weight * late.days_late as decimal(38, 4)) as amount_weight_by_days,
        sum(late.pay_days) over () as total_pay_days,
        sum(late.amount_weight) over () as amount_weight_total,
        sum(late.amount_weight * late.days_late) over () as amount_weight_by_days_total,
        count(*) over () as row_count
    from late
    inner join customers on customers.customer_id = late.customer_id
    order by
        case when $input_name = 'days_to_pay' then late.pay_days end desc,
        abs(late.amount_weight * late.days_late) desc, late.invoice_id, late.instalment_number
    limit $row_limit offset $row_offset
)

select * from kpi_payments
