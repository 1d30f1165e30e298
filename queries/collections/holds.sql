-- Holds known on a day, imported or recorded here: in force, ended, or taken back before their end.
-- Grain: one row per hold_id.
-- Permission: view_flags
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter ended_since_on date = null: of those over, only the ones that ended on or after this day; all when left out.
-- Parameter row_limit integer = null: rows of one page; all when left out.
-- Parameter row_offset integer = 0: rows before the page.
-- Tables: holds_decided
--
-- hold_status: `in_force`; `ended` (its last day is over), `released` (by a person, before its end) or `withdrawn` (a later snapshot of
-- the accounting system holds it no more), from ended_on on. is_own: recorded here. row_count counts all rows.
with

known as (
    select
        holds.hold_id,
        holds.customer_id,
        customers.customer_name,
        holds.invoice_id,
        coalesce(holds.currency, invoices.currency) as currency,
        holds.hold_type,
        case
            when holds.withdrawn_on <= $as_of_on and (holds.ends_on is null or holds.withdrawn_on <= holds.ends_on)
                then case when holds.is_own then 'released' else 'withdrawn' end
            when holds.ends_on < $as_of_on then 'ended'
            else 'in_force'
        end as hold_status,
        holds.reason,
        holds.owner,
        holds.is_own,
        holds.starts_on,
        holds.ends_on,
        holds.withdrawn_on,
        -- The first day on which it holds no more.
        least(holds.ends_on + 1, holds.withdrawn_on) as ended_on,
        holds.amount_held,
        case when holds.ends_on >= $as_of_on then holds.ends_on - $as_of_on end as left_days
    from every_hold() as holds
    inner join customers on customers.customer_id = holds.customer_id
    left join invoices on invoices.invoice_id = holds.invoice_id and invoices.customer_id = holds.customer_id
    where holds.starts_on <= $as_of_on
        and ($customer_id is null or holds.customer_id = $customer_id)
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

listed as (
    select * replace (
        case when hold_status <> 'in_force' then ended_on end as ended_on,
        case when hold_status = 'in_force' then left_days end as left_days
    ), count(*) over () as row_count
    from known
    where $ended_since_on is null or hold_status = 'in_force' or ended_on >= $ended_since_on
    order by hold_status = 'in_force' desc, case when hold_status = 'in_force' then ends_on end nulls last, ended_on desc, hold_id
    limit $row_limit offset $row_offset
)

select * from listed
