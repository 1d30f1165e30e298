-- Allocations as far as they are in force, and between which days (until = exclusive; null = still).
-- Grain: one row per allocation_id, in_force_from_on.
--
-- An allocation counts from the latest of its own day, its source's and its invoice's, while both documents count. In order
-- (day, payment before credit note before write-off, id) the running total of a source is held between 0 and the source's
-- amount, then that of an invoice between 0 and the invoice's; what is in force is the change of the held total. A document
-- that stops counting takes its allocations out of the order, so totals are run anew from that day: an epoch.
--
-- Most documents need no order: where everything that a source gives is positive, ends never and fits into its amount, nothing is held
-- back. Where the same holds of an invoice and of all that gives to it, its allocations are in force as they are; only the rest is run.
-- settles_alone: by itself, whole, for good, so that nothing else is on its invoice; uses_up_alone: the same of its source.
-- received_on: the day on which the money came in, of a payment that brought some.
-- is_plain: in force as it was given, within one customer and currency, its source not older than its invoice: no check has to look at it.
with

-- Not in force: an allocation across currencies that does not say what it takes from its source, one with more
-- decimals than its currency has, and (with_order) one of nothing and one whose documents never count together.
valid as (
    select documented.*
    from (
        select
            allocations.allocation_id,
            allocations.source_type,
            allocations.source_id,
            allocations.invoice_id,
            invoices.customer_id,
            allocations.instalment_number,
            case allocations.source_type when 'payment' then 1 else 2 end as source_order,
            greatest(allocations.applied_on, invoices.issued_on, sources.counts_from_on) as from_on,
            least(invoices.counts_until_on, sources.counts_until_on, allocations.withdrawn_on) as until_on,
            allocations.amount_applied,
            -- In one currency the source gives exactly what the invoice takes.
            case when sources.currency = invoices.currency then allocations.amount_applied else allocations.amount_from_source end
                as amount_from_source,
            invoices.amount_total as amount_invoice,
            sources.amount_total as amount_source,
            sources.currency = invoices.currency as is_one_currency,
            sources.currency = invoices.currency
                and sources.customer_id = invoices.customer_id
                and sources.counts_from_on >= invoices.issued_on
                and coalesce(allocations.amount_from_source = allocations.amount_applied, true) as is_usual,
            invoices.minor_units as invoice_minor_units,
            sources.minor_units as source_minor_units,
            case when allocations.source_type = 'payment' and sources.amount_total > 0 then sources.counts_from_on end as received_on
        from canonical.allocations as allocations
        inner join invoices on invoices.invoice_id = allocations.invoice_id and invoices.is_counted
        inner join sources
            on sources.source_type = allocations.source_type
            and sources.source_id = allocations.source_id
            and sources.is_counted
        union all
        -- Apart, and not by joining sources to the left: over such a join DuckDB 2.0.0 takes every sum for 0 when there are no sources.
        select
            allocations.allocation_id,
            allocations.source_type,
            allocations.source_id,
            allocations.invoice_id,
            invoices.customer_id,
            allocations.instalment_number,
            3,
            greatest(allocations.applied_on, invoices.issued_on),
            least(invoices.counts_until_on, allocations.withdrawn_on),
            allocations.amount_applied,
            allocations.amount_applied,
            invoices.amount_total,
            null,
            null,
            false,
            invoices.minor_units,
            null,
            null
        from canonical.allocations as allocations
        inner join invoices on invoices.invoice_id = allocations.invoice_id and invoices.is_counted
        where allocations.source_type = 'write_off'
    ) as documented
    where amount_from_source is not null
        and case invoice_minor_units
            when 0 then amount_applied = cast(amount_applied as decimal(18, 0))
            when 2 then amount_applied = cast(amount_applied as decimal(18, 2))
            when 3 then amount_applied = cast(amount_applied as decimal(18, 3))
            else true
        end
),

---------- which documents need their allocations in order

ordered_sources as (
    select source_type, source_id
    from valid
    where source_type <> 'write_off'
    group by source_type, source_id
    having count(until_on) > 0 or min(amount_from_source) <= 0 or sum(amount_from_source) > min(amount_source)
),

ordered_invoices as (
    select invoice_id
    from valid
    group by invoice_id
    having count(until_on) > 0 or min(amount_applied) <= 0 or sum(amount_applied) > min(amount_invoice)
    union
    select valid.invoice_id
    from valid
    inner join ordered_sources on ordered_sources.source_type = valid.source_type and ordered_sources.source_id = valid.source_id
),

without_order as (
    select valid.*
    from valid
    left join ordered_invoices on ordered_invoices.invoice_id = valid.invoice_id
    where ordered_invoices.invoice_id is null
),

with_order as (
    select valid.*, ordered_sources.source_id is not null as is_source_ordered
    from valid
    inner join ordered_invoices on ordered_invoices.invoice_id = valid.invoice_id
    left join ordered_sources on ordered_sources.source_type = valid.source_type and ordered_sources.source_id = valid.source_id
    where valid.amount_applied <> 0 and (valid.until_on is null or valid.until_on > valid.from_on)
),

from_ordered_sources as (
    select * exclude (is_source_ordered) from with_order where is_source_ordered
),

---------- the order of sources

source_starts as (
    select distinct source_type, source_id, until_on as starts_on
    from from_ordered_sources
    where until_on is not null
    union
    select distinct source_type, source_id, date '0001-01-01'
    from from_ordered_sources
    where until_on is not null
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
        source_allocations.*,
        greatest(source_allocations.from_on, source_epochs.starts_on) as piece_from_on,
        least(source_allocations.until_on, source_epochs.ends_on) as piece_until_on,
        sum(source_allocations.amount_from_source) over (
            partition by source_allocations.source_type, source_allocations.source_id, source_epochs.starts_on
            order by source_allocations.from_on, source_allocations.allocation_id
            rows between unbounded preceding and current row
        ) as running
    from from_ordered_sources as source_allocations
    left join source_epochs
        on source_epochs.source_type = source_allocations.source_type
        and source_epochs.source_id = source_allocations.source_id
    where (source_epochs.starts_on is null or source_allocations.until_on is null or source_allocations.until_on > source_epochs.starts_on)
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
        * exclude (is_source_ordered),
        from_on as piece_from_on,
        until_on as piece_until_on,
        amount_from_source as amount_given,
        amount_applied as amount_offered
    from with_order
    where not is_source_ordered
),

---------- the order of invoices

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

in_force_by_order as (
    select
        allocation_id,
        source_type,
        source_id,
        invoice_id,
        customer_id,
        instalment_number,
        false as is_plain,
        false as settles_alone,
        false as uses_up_alone,
        received_on,
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
),

in_force as (
    select
        allocation_id,
        source_type,
        source_id,
        invoice_id,
        customer_id,
        instalment_number,
        is_usual as is_plain,
        amount_applied = amount_invoice as settles_alone,
        coalesce(amount_from_source = amount_source, false) as uses_up_alone,
        received_on,
        from_on as in_force_from_on,
        cast(null as date) as in_force_until_on,
        amount_applied,
        cast(case when source_type = 'write_off' then 0 else amount_from_source end as decimal(18, 4)) as amount_from_source
    from without_order
    union all
    select * from in_force_by_order
)

select * from in_force order by customer_id, invoice_id, in_force_from_on, allocation_id
