-- Invoiced against paid, month by month: what was billed, credited, paid, paid back and written off, and what was owed at the end.
-- Grain: one row per currency, month_on.
-- Permission: view_receivables
-- Parameter as_of_on date: the last day; its month ends here.
-- Parameter customer_id text = null: one customer; all in view added up when left out.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter month_count integer = 24: months shown; what came before is in the first month's opening amount.
--
-- In each row, to the cent: opening + invoiced - credited - paid + paid back - written off + moved - settled as stated = closing
-- = outstanding + unapplied, and the closing amount is the control total of that day. Each amount is net of what was voided,
-- withdrawn or taken back in the month. Moved: debt settled by, or money used for, another customer or currency. Settled as
-- stated: what the accounting system says is settled beyond the documents known here.
with

in_force as (
    select
        allocations_in_force.*,
        invoices.customer_id,
        invoices.currency,
        sources.customer_id as source_customer_id,
        sources.currency as source_currency
    from allocations_in_force
    inner join invoices on invoices.invoice_id = allocations_in_force.invoice_id
    left join sources
        on sources.source_type = allocations_in_force.source_type
        and sources.source_id = allocations_in_force.source_id
),

-- Everything that changes what is owed, with its sign, from a day until a day.
spans as (
    select
        'invoiced' as movement_type,
        customer_id,
        currency,
        issued_on as from_on,
        counts_until_on as until_on,
        amount_total as amount_moved
    from invoices
    where is_counted
    union all
    select
        case when source_type = 'credit_note' then 'credited' when amount_total < 0 then 'paid_back' else 'paid' end,
        customer_id,
        currency,
        counts_from_on,
        counts_until_on,
        -amount_total
    from sources
    where is_counted
    union all
    select 'written_off', customer_id, currency, in_force_from_on, in_force_until_on, -amount_applied
    from in_force
    where source_type = 'write_off'
    union all
    select 'moved', customer_id, currency, in_force_from_on, in_force_until_on, -amount_applied
    from in_force
    where source_type <> 'write_off' and (source_customer_id <> customer_id or source_currency <> currency)
    union all
    select 'moved', source_customer_id, source_currency, in_force_from_on, in_force_until_on, amount_from_source
    from in_force
    where source_type <> 'write_off' and (source_customer_id <> customer_id or source_currency <> currency)
    union all
    select
        'stated',
        invoices.customer_id,
        invoices.currency,
        settlements_stated.settled_from_on,
        settlements_stated.settled_until_on,
        -settlements_stated.amount_settled
    from settlements_stated
    inner join invoices on invoices.invoice_id = settlements_stated.invoice_id
    union all
    select 'outstanding', customer_id, currency, open_from_on, open_until_on, amount_outstanding
    from open_items
    union all
    select 'unapplied', customer_id, currency, open_from_on, open_until_on, amount_unapplied
    from unapplied
),

own_spans as (
    select spans.*
    from spans
    inner join customers on customers.customer_id = spans.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or spans.customer_id = $customer_id)
        and ($currency is null or spans.currency = $currency)
),

movements as (
    select movement_type, currency, from_on as moved_on, amount_moved from own_spans where from_on <= $as_of_on
    union all
    select movement_type, currency, until_on, -amount_moved from own_spans where until_on <= $as_of_on
),

moved_months as (
    select
        currency,
        cast(date_trunc('month', moved_on) as date) as month_on,
        sum(amount_moved) filter (where movement_type = 'invoiced') as amount_invoiced,
        -sum(amount_moved) filter (where movement_type = 'credited') as amount_credited,
        -sum(amount_moved) filter (where movement_type = 'paid') as amount_paid,
        sum(amount_moved) filter (where movement_type = 'paid_back') as amount_paid_back,
        -sum(amount_moved) filter (where movement_type = 'written_off') as amount_written_off,
        sum(amount_moved) filter (where movement_type = 'moved') as amount_moved,
        -sum(amount_moved) filter (where movement_type = 'stated') as amount_settled_stated,
        sum(amount_moved) filter (where movement_type not in ('outstanding', 'unapplied')) as amount_change,
        sum(amount_moved) filter (where movement_type = 'outstanding') as outstanding_change,
        sum(amount_moved) filter (where movement_type = 'unapplied') as unapplied_change
    from movements
    group by currency, cast(date_trunc('month', moved_on) as date)
),

first_months as (
    select currency, min(month_on) as first_month_on
    from moved_months
    group by currency
),

every_month as (
    select currency, cast(month_start as date) as month_on
    from (
        select currency, unnest(generate_series(first_month_on, $as_of_on, interval 1 month)) as month_start
        from first_months
    ) as spread
),

balances as (
    select
        every_month.currency,
        every_month.month_on,
        least(last_day(every_month.month_on), $as_of_on) as ended_on,
        coalesce(moved_months.amount_invoiced, 0) as amount_invoiced,
        coalesce(moved_months.amount_credited, 0) as amount_credited,
        coalesce(moved_months.amount_paid, 0) as amount_paid,
        coalesce(moved_months.amount_paid_back, 0) as amount_paid_back,
        coalesce(moved_months.amount_written_off, 0) as amount_written_off,
        coalesce(moved_months.amount_moved, 0) as amount_moved,
        coalesce(moved_months.amount_settled_stated, 0) as amount_settled_stated,
        coalesce(moved_months.amount_change, 0) as amount_change,
        sum(coalesce(moved_months.amount_change, 0)) over so_far as amount_closing,
        sum(coalesce(moved_months.outstanding_change, 0)) over so_far as amount_outstanding,
        sum(coalesce(moved_months.unapplied_change, 0)) over so_far as amount_unapplied
    from every_month
    left join moved_months on moved_months.currency = every_month.currency and moved_months.month_on = every_month.month_on
    window so_far as (partition by every_month.currency order by every_month.month_on rows between unbounded preceding and current row)
),

timeline as (
    select
        currency,
        month_on,
        ended_on,
        amount_closing - amount_change as amount_opening,
        amount_invoiced,
        amount_credited,
        amount_paid,
        amount_paid_back,
        amount_written_off,
        amount_moved,
        amount_settled_stated,
        amount_closing,
        amount_outstanding,
        amount_unapplied
    from balances
    where month_on > cast(date_trunc('month', $as_of_on) as date) - to_months($month_count)
    order by currency, month_on
)

select * from timeline
