-- What each document changes of what a customer owes, and on which day: the documents' side of the control total, narrow and in order of time.
-- Grain: one row per document or allocation, changed_on.
--
-- Straight from the documents: invoices less payments and credit notes, less write-offs; what is applied across customers or currencies is
-- moved from one to the other; what the accounting system says is settled beyond the allocations known here goes off too. changed_count is 1
-- where something begins to count and -1 where it ends. name_order stands for the customer (customer_order). Rows of one month stand together.
with

counted_invoices as (
    select customer_id, currency, issued_on as begins_on, counts_until_on as ends_on, amount_total as amount_owed
    from invoices
    where is_counted
),

counted_sources as (
    select customer_id, currency, counts_from_on as begins_on, counts_until_on as ends_on, -amount_total as amount_owed
    from sources
    where is_counted
),

-- What is plain moves within one customer and currency: nothing between two of them.
in_force as (
    select
        allocations_in_force.source_type,
        allocations_in_force.in_force_from_on as begins_on,
        allocations_in_force.in_force_until_on as ends_on,
        allocations_in_force.amount_applied,
        allocations_in_force.amount_from_source,
        invoices.customer_id,
        invoices.currency,
        sources.customer_id as source_customer_id,
        sources.currency as source_currency
    from allocations_in_force
    inner join invoices on invoices.invoice_id = allocations_in_force.invoice_id
    left join sources
        on sources.source_type = allocations_in_force.source_type
        and sources.source_id = allocations_in_force.source_id
    where not allocations_in_force.is_plain
),

stated as (
    select
        invoices.customer_id,
        invoices.currency,
        settlements_stated.settled_from_on as begins_on,
        settlements_stated.settled_until_on as ends_on,
        -settlements_stated.amount_settled as amount_owed
    from settlements_stated
    inner join invoices on invoices.invoice_id = settlements_stated.invoice_id
),

spans as (
    select customer_id, currency, begins_on, ends_on, amount_owed from counted_invoices
    union all
    select customer_id, currency, begins_on, ends_on, amount_owed from counted_sources
    union all
    select customer_id, currency, begins_on, ends_on, -amount_applied
    from in_force
    where source_type = 'write_off' or source_customer_id <> customer_id or source_currency <> currency
    union all
    select source_customer_id, source_currency, begins_on, ends_on, amount_from_source
    from in_force
    where source_type <> 'write_off' and (source_customer_id <> customer_id or source_currency <> currency)
    union all
    select customer_id, currency, begins_on, ends_on, amount_owed from stated
),

changes as (
    select customer_id, currency, begins_on as changed_on, amount_owed as amount_changed, 1 as changed_count
    from spans
    union all
    select customer_id, currency, ends_on, -amount_owed, -1
    from spans
    where ends_on is not null
),

owed_changes as (
    select
        customer_order.name_order,
        changes.currency,
        changes.changed_on,
        cast(changes.amount_changed as decimal(18, 4)) as amount_changed,
        cast(changes.changed_count as smallint) as changed_count
    from changes
    inner join customer_order on customer_order.customer_id = changes.customer_id
)

select * from owed_changes order by year(changed_on) * 12 + month(changed_on)
