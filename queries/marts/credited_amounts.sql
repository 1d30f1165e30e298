-- What credit notes and write-offs took off invoices, day by day: an allocation when it comes into force, and against it when it goes.
-- Grain: one row per allocation_id, happened_on, is_taken_back.
--
-- Amounts are the allocation's, negative where it goes; currency and exchange_rate are its invoice's, and so is counts_until_on, from
-- which day on nothing of it counts. Only of invoices that count.
with

moves as (
    select
        allocation_id,
        invoice_id,
        source_type,
        source_id,
        false as is_taken_back,
        in_force_from_on as happened_on,
        amount_applied as amount_move
    from allocations_in_force
    where source_type in ('credit_note', 'write_off')
    union all
    select allocation_id, invoice_id, source_type, source_id, true, in_force_until_on, cast(-amount_applied as decimal(18, 4))
    from allocations_in_force
    where source_type in ('credit_note', 'write_off') and in_force_until_on is not null
),

credited_amounts as (
    select
        moves.allocation_id,
        moves.invoice_id,
        invoices.customer_id,
        moves.source_type,
        moves.source_id,
        invoices.currency,
        moves.is_taken_back,
        moves.happened_on,
        invoices.counts_until_on,
        invoices.exchange_rate,
        moves.amount_move
    from moves
    inner join invoices on invoices.invoice_id = moves.invoice_id
    where invoices.is_counted
)

select * from credited_amounts order by customer_id, invoice_id, happened_on, allocation_id
