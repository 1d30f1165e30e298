-- Allocations as far as they are in force, and between which days (until = exclusive; null = still).
-- Grain: one row per allocation_id, in_force_from_on.
--
-- An allocation counts from the latest of its own day, its source's and its invoice's, while both documents count. In order
-- (day, payment before credit note before write-off, id) the running total of a source is held between 0 and the source's
-- amount, then that of an invoice between 0 and the invoice's; what is in force is the change of the held total. A document
-- that stops counting takes its allocations out of the order, so totals are run anew from that day: an epoch.
with

documented as (
    select
        allocations.allocation_id,
        allocations.source_type,
        allocations.source_id,
        allocations.invoice_id,
        allocations.instalment_number,
        case allocations.source_type when 'payment' then 1 when 'credit_note' then 2 else 3 end as source_order,
        greatest(allocations.applied_on, invoices.issued_on, sources.counts_from_on) as from_on,
        least(invoices.counts_until_on, sources.counts_until_on, allocations.withdrawn_on) as until_on,
        allocations.amount_applied,
        -- In one currency the source gives exactly what the invoice takes.
        case
            when allocations.source_type = 'write_off' or sources.currency = invoices.currency then allocations.amount_applied
            else allocations.amount_from_source
        end as amount_from_source,
        invoices.amount_total as amount_invoice,
        sources.amount_total as amount_source,
        sources.currency = invoices.currency as is_one_currency,
        invoices.minor_units as invoice_minor_units,
        sources.minor_units as source_minor_units
    from canonical.allocations as allocations
    inner join invoices on invoices.invoice_id = allocations.invoice_id and invoices.is_counted
    left join sources
        on sources.source_type = allocations.source_type
        and sources.source_id = allocations.source_id
        and sources.is_counted
    where allocations.source_type = 'write_off' or sources.source_id is not null
),

-- Not in force: an allocation across currencies that does not say what it takes from its source, one with more
-- decimals than its currency has, and one whose documents never count together.
valid as (
    select *
    from documented
    where amount_from_source is not null
        and amount_applied <> 0
        and (until_on is null or until_on > from_on)
        and cast(cast(amount_applied as decimal(38, 4)) * 10000 as hugeint)
            % cast(power(10, 4 - invoice_minor_units) as hugeint) = 0
),

source_starts as (
    select distinct source_type, source_id, until_on as starts_on
    from valid
    where until_on is not null and source_type <> 'write_off'
    union
    select distinct source_type, source_id, date '0001-01-01'
    from valid
    where until_on is not null and source_type <> 'write_off'
),

source_epochs as (
    select
        source_type,
        source_id,
        starts_on,
        lead(starts_on) over (partition by source_type, source_id order by starts_on) as ends_on
    from source_starts
),

source_order as (
    select
        valid.*,
        greatest(valid.from_on, source_epochs.starts_on) as piece_from_on,
        least(valid.until_on, source_epochs.ends_on) as piece_until_on,
        sum(valid.amount_from_source) over (
            partition by valid.source_type, valid.source_id, source_epochs.starts_on
            order by valid.from_on, valid.allocation_id
            rows between unbounded preceding and current row
        ) as running
    from valid
    left join source_epochs
        on source_epochs.source_type = valid.source_type
        and source_epochs.source_id = valid.source_id
    where valid.source_type <> 'write_off'
        and (source_epochs.starts_on is null or valid.until_on is null or valid.until_on > source_epochs.starts_on)
),

source_held as (
    select
        *,
        case
            when amount_source >= 0
                then greatest(0, least(running, amount_source))
                    - greatest(0, least(running - amount_from_source, amount_source))
            else least(0, greatest(running, amount_source))
                - least(0, greatest(running - amount_from_source, amount_source))
        end as amount_given
    from source_order
    where piece_until_on is null or piece_until_on > piece_from_on
),

-- Whole units of the invoice's currency for the part that the source gives, halves away from zero.
given as (
    select
        * exclude (running),
        case
            when amount_given = amount_from_source then amount_applied
            when is_one_currency then amount_given
            else cast(
                sign(amount_given) * sign(amount_from_source) * sign(amount_applied) * (
                    (
                        2 * abs(cast(cast(amount_applied as decimal(38, 4)) * 10000 as hugeint))
                            * abs(cast(cast(amount_given as decimal(38, 4)) * 10000 as hugeint))
                        + abs(cast(cast(amount_from_source as decimal(38, 4)) * 10000 as hugeint))
                            * cast(power(10, 4 - invoice_minor_units) as hugeint)
                    ) // (
                        2 * abs(cast(cast(amount_from_source as decimal(38, 4)) * 10000 as hugeint))
                        * cast(power(10, 4 - invoice_minor_units) as hugeint)
                    )
                ) * cast(power(10, 4 - invoice_minor_units) as hugeint) as decimal(38, 0)
            ) * cast(0.0001 as decimal(5, 4))
        end as amount_offered
    from source_held
    where amount_given <> 0
),

pieces as (
    select * from given
    union all by name
    select
        *,
        from_on as piece_from_on,
        until_on as piece_until_on,
        amount_applied as amount_given,
        amount_applied as amount_offered
    from valid
    where source_type = 'write_off'
),

-- The order of an invoice is run anew from each day on which a piece leaves it or comes back into it.
invoice_breaks as (
    select invoice_id, piece_until_on as starts_on from pieces where piece_until_on is not null
    union
    select invoice_id, piece_from_on from pieces where piece_from_on > from_on
),

invoice_starts as (
    select invoice_id, starts_on from invoice_breaks
    union
    select distinct invoice_id, date '0001-01-01' from invoice_breaks
),

invoice_epochs as (
    select
        invoice_id,
        starts_on,
        lead(starts_on) over (partition by invoice_id order by starts_on) as ends_on
    from invoice_starts
),

invoice_order as (
    select
        pieces.*,
        greatest(pieces.piece_from_on, invoice_epochs.starts_on) as in_force_from_on,
        least(pieces.piece_until_on, invoice_epochs.ends_on) as in_force_until_on,
        sum(pieces.amount_offered) over (
            partition by pieces.invoice_id, invoice_epochs.starts_on
            order by pieces.from_on, pieces.source_order, pieces.allocation_id
            rows between unbounded preceding and current row
        ) as running
    from pieces
    left join invoice_epochs on invoice_epochs.invoice_id = pieces.invoice_id
    where invoice_epochs.starts_on is null
        or (
            (pieces.piece_until_on is null or pieces.piece_until_on > invoice_epochs.starts_on)
            and (pieces.piece_from_on = pieces.from_on or pieces.piece_from_on <= invoice_epochs.starts_on)
        )
),

invoice_held as (
    select
        *,
        greatest(0, least(running, amount_invoice))
            - greatest(0, least(running - amount_offered, amount_invoice)) as amount_in_force
    from invoice_order
    where in_force_until_on is null or in_force_until_on > in_force_from_on
),

in_force as (
    select
        allocation_id,
        source_type,
        source_id,
        invoice_id,
        instalment_number,
        in_force_from_on,
        in_force_until_on,
        cast(amount_in_force as decimal(18, 4)) as amount_applied,
        cast(
            case
                when source_type = 'write_off' then 0
                when amount_in_force = amount_offered then amount_given
                when is_one_currency then amount_in_force
                else cast(
                    sign(amount_in_force) * sign(amount_applied) * sign(amount_from_source) * (
                        (
                            2 * abs(cast(cast(amount_from_source as decimal(38, 4)) * 10000 as hugeint))
                                * abs(cast(cast(amount_in_force as decimal(38, 4)) * 10000 as hugeint))
                            + abs(cast(cast(amount_applied as decimal(38, 4)) * 10000 as hugeint))
                                * cast(power(10, 4 - source_minor_units) as hugeint)
                        ) // (
                            2 * abs(cast(cast(amount_applied as decimal(38, 4)) * 10000 as hugeint))
                            * cast(power(10, 4 - source_minor_units) as hugeint)
                        )
                    ) * cast(power(10, 4 - source_minor_units) as hugeint) as decimal(38, 0)
                ) * cast(0.0001 as decimal(5, 4))
            end as decimal(18, 4)
        ) as amount_from_source
    from invoice_held
    where amount_in_force <> 0
)

select * from in_force order by invoice_id, in_force_from_on, allocation_id
