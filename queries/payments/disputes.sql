-- Disputes: since when, about how much, still open or not, and what resolved them.
-- Grain: one row per hold_id.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter dispute_status text = null (open, resolved, lapsed): one state; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: holds_decided
--
-- What is disputed: the amount of the hold, unless in another currency than its invoice's; else what was open on its invoice
-- when it began (before that day's payments); blank for a dispute with a whole customer that names no amount. Resolved:
-- nothing is open on the invoice any longer, or credit notes since then took off what was disputed. resolution_type: the kind
-- of document that alone did it, or `several`; `stated` where the accounting system says that it is settled but not by what,
-- `voided` where the invoice no longer counts, `earlier` where nothing was open when the dispute began. Lapsed: its last day
-- is over, or it was taken back, and it is not resolved.
with

disputes as (
    select
        holds.hold_id,
        holds.customer_id,
        customers.customer_name,
        coalesce(invoices.currency, holds.currency, customers.currency) as currency,
        holds.invoice_id,
        holds.reason,
        holds.owner,
        holds.starts_on,
        holds.ends_on,
        (holds.ends_on is null or holds.ends_on >= $as_of_on) and (holds.withdrawn_on is null or holds.withdrawn_on > $as_of_on) as is_held,
        case when coalesce(holds.currency = invoices.currency, true) then holds.amount_held end as amount_held,
        invoices.invoice_id is not null as has_invoice,
        coalesce(invoices.counts_until_on <= $as_of_on, false) as is_voided
    from every_hold() as holds
    inner join customers on customers.customer_id = holds.customer_id
    left join invoices
        on invoices.invoice_id = holds.invoice_id
        and invoices.customer_id = holds.customer_id
        and invoices.is_counted
        and invoices.issued_on <= $as_of_on
    where holds.hold_type = 'dispute'
        and holds.starts_on <= $as_of_on
        and ($customer_id is null or holds.customer_id = $customer_id)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

open_amounts as (
    select
        disputes.hold_id,
        sum(open_items.amount_outstanding) filter (
            where open_items.open_from_on < disputes.starts_on
                and (open_items.open_until_on is null or open_items.open_until_on >= disputes.starts_on)
        ) as amount_open_before,
        coalesce(
            sum(open_items.amount_outstanding) filter (
                where open_items.open_from_on <= $as_of_on
                    and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
            ), 0
        ) as amount_outstanding
    from disputes
    inner join open_items on open_items.invoice_id = disputes.invoice_id and open_items.customer_id = disputes.customer_id
    group by disputes.hold_id
),

-- What settled the invoice since the dispute began and still does.
settled as (
    select
        disputes.hold_id,
        coalesce(sum(allocations_in_force.amount_applied) filter (where source_type = 'credit_note'), 0) as amount_credited,
        coalesce(sum(allocations_in_force.amount_applied) filter (where source_type = 'payment'), 0) as amount_paid,
        coalesce(sum(allocations_in_force.amount_applied) filter (where source_type = 'write_off'), 0) as amount_written_off,
        max(allocations_in_force.in_force_from_on) as last_settled_on
    from disputes
    inner join allocations_in_force
        on allocations_in_force.invoice_id = disputes.invoice_id
        and allocations_in_force.in_force_from_on between disputes.starts_on and $as_of_on
        and (allocations_in_force.in_force_until_on is null or allocations_in_force.in_force_until_on > $as_of_on)
    where disputes.has_invoice
    group by disputes.hold_id
),

measured as (
    select
        disputes.*,
        open_amounts.amount_open_before,
        coalesce(disputes.amount_held, open_amounts.amount_open_before) as amount_disputed,
        case when disputes.has_invoice then coalesce(open_amounts.amount_outstanding, 0) end as amount_outstanding,
        coalesce(settled.amount_credited, 0) as amount_credited,
        coalesce(settled.amount_paid, 0) as amount_paid,
        coalesce(settled.amount_written_off, 0) as amount_written_off,
        settled.last_settled_on
    from disputes
    left join open_amounts on open_amounts.hold_id = disputes.hold_id
    left join settled on settled.hold_id = disputes.hold_id
),

judged as (
    select
        hold_id,
        customer_id,
        customer_name,
        currency,
        invoice_id,
        case
            when has_invoice and (amount_outstanding = 0 or (amount_credited > 0 and amount_credited >= amount_disputed)) then 'resolved'
            when is_held then 'open'
            else 'lapsed'
        end as dispute_status,
        case
            when not has_invoice then null
            when is_voided then 'voided'
            when amount_open_before is null and amount_outstanding = 0 then 'earlier'
            when amount_credited > 0 and amount_credited >= amount_disputed then 'credit_note'
            when amount_outstanding > 0 then null
            when amount_credited > 0 and amount_paid <= 0 and amount_written_off <= 0 then 'credit_note'
            when amount_paid > 0 and amount_credited <= 0 and amount_written_off <= 0 then 'payment'
            when amount_written_off > 0 and amount_credited <= 0 and amount_paid <= 0 then 'write_off'
            when amount_credited > 0 or amount_paid > 0 or amount_written_off > 0 then 'several'
            else 'stated'
        end as resolution_type,
        reason,
        owner,
        starts_on,
        ends_on,
        last_settled_on,
        amount_disputed,
        amount_outstanding,
        amount_credited,
        amount_paid,
        amount_written_off,
        $as_of_on - starts_on as held_days
    from measured
),

listed as (
    select *, count(*) over () as row_count
    from judged
    where ($dispute_status is null or dispute_status = $dispute_status)
        and ($currency is null or currency = $currency)
    order by starts_on desc, hold_id
    limit $row_limit offset $row_offset
)

select * from listed
