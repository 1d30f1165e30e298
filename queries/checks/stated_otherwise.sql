-- Invoices on which the documents leave another amount open than the accounting system itself says
-- Grain: one row per invoice_id.
-- Level: warn
with

settled as (
    select invoice_id, sum(amount_applied) as amount_settled
    from (
        select invoice_id, amount_applied from allocations_in_force where in_force_until_on is null
        union all
        select invoice_id, amount_settled from settlements_stated where settled_until_on is null
    ) as every_settlement
    group by invoice_id
),

stated_otherwise as (
    select
        invoices.invoice_id,
        invoices.customer_id,
        invoices.currency,
        invoices.amount_outstanding_stated,
        invoices.amount_total - coalesce(settled.amount_settled, 0) as amount_outstanding
    from invoices
    left join settled on settled.invoice_id = invoices.invoice_id
    where invoices.is_counted
        and invoices.counts_until_on is null
        and invoices.closed_on is null
        and invoices.amount_outstanding_stated is not null
        and invoices.amount_outstanding_stated <> invoices.amount_total - coalesce(settled.amount_settled, 0)
)

select * from stated_otherwise order by invoice_id
