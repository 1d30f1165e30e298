-- One customer invoice as it stood at the end of a day: what it is, what is settled of it and what is open.
-- Grain: one row per invoice_id.
-- Permission: view_receivables
-- Parameter invoice_id text: the invoice.
-- Parameter as_of_on date: as of the end of this day.
--
-- is_counted: the invoice counts on that day; a draft, a void one and one issued later do not, and owe nothing. overdue_days may be
-- negative (not yet due), and is empty once nothing is open.
with

company as (
    select currency, minor_units from currencies where currency = $company_currency
),

chosen as (
    select
        customers.customer_name,
        invoices.*,
        invoices.is_counted and invoices.issued_on <= $as_of_on
            and (invoices.counts_until_on is null or invoices.counts_until_on > $as_of_on) as is_counted_then
    from invoices
    inner join customers on customers.customer_id = invoices.customer_id
    where invoices.invoice_id = $invoice_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

open_parts as (
    select
        open_items.invoice_id,
        sum(open_items.amount_outstanding) as amount_outstanding,
        -- Each open item is rounded by itself, as the ageing in company currency does.
        sum(in_minor_units_at(open_items.amount_outstanding, open_items.exchange_rate, company.minor_units)) as amount_outstanding_company,
        min(open_items.aged_from_on) as aged_from_on
    from open_items
    cross join company
    where open_items.invoice_id = $invoice_id
        and open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
    group by open_items.invoice_id
),

customer_invoice as (
    select
        chosen.customer_id,
        chosen.customer_name,
        chosen.invoice_id,
        chosen.invoice_number,
        chosen.currency,
        chosen.invoice_status,
        chosen.description,
        company.currency as company_currency,
        chosen.is_counted_then as is_counted,
        chosen.issued_on,
        chosen.due_on,
        chosen.voided_on,
        settlements.settled_on,
        $as_of_on - open_parts.aged_from_on as overdue_days,
        chosen.exchange_rate,
        chosen.amount_total,
        cast(case when chosen.is_counted_then then chosen.amount_total - coalesce(open_parts.amount_outstanding, 0) else 0 end
            as decimal(38, 4)) as amount_settled,
        cast(coalesce(open_parts.amount_outstanding, 0) as decimal(38, 4)) as amount_outstanding,
        cast(case when chosen.exchange_rate is not null then coalesce(open_parts.amount_outstanding_company, 0) end as decimal(38, 4))
            as amount_outstanding_company
    from chosen
    cross join company
    left join open_parts on open_parts.invoice_id = chosen.invoice_id
    left join (select * from invoice_settlements($as_of_on, null) where invoice_id = $invoice_id) as settlements
        on settlements.invoice_id = chosen.invoice_id
)

select * from customer_invoice
