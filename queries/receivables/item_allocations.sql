-- What settles one customer invoice at the end of a day: each allocation with its source, what the accounting system states, and what was taken back.
-- Grain: one row per invoice_id, source_type, allocation_id.
-- Permission: view_receivables
-- Parameter invoice_id text: the invoice.
-- Parameter as_of_on date: as of the end of this day.
--
-- amount_applied adds up to what is settled of the invoice on that day, exactly. An allocation whose document stopped counting, or that
-- lost its place to another, has 0 in it and what it was in amount_taken_back, with the day in taken_back_on. Money un-applied again is
-- an allocation of its own, negative. source_type is payment, credit_note, write_off, or stated: settled as the accounting system
-- says, without a document here. source_customer_id is who paid; where the viewer may not see them, it is empty, and so are
-- their document's id and what it says beyond the part that it gave here.
with

chosen as (
    select invoices.invoice_id, invoices.customer_id, invoices.currency
    from invoices
    inner join customers on customers.customer_id = invoices.customer_id
    where invoices.invoice_id = $invoice_id
        and invoices.is_counted
        and invoices.issued_on <= $as_of_on
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
),

pieces as (
    select
        chosen.customer_id,
        chosen.currency,
        allocations_in_force.*,
        allocations_in_force.in_force_until_on is null or allocations_in_force.in_force_until_on > $as_of_on as is_in_force
    from allocations_in_force
    inner join chosen on chosen.invoice_id = allocations_in_force.invoice_id
    where allocations_in_force.in_force_from_on <= $as_of_on
),

allocations as (
    select
        customer_id,
        invoice_id,
        allocation_id,
        source_type,
        source_id,
        instalment_number,
        currency,
        bool_or(is_in_force) as is_in_force,
        min(in_force_from_on) as counts_from_on,
        case when not bool_or(is_in_force) then max(in_force_until_on) end as taken_back_on,
        coalesce(sum(amount_applied) filter (where is_in_force), 0) as amount_applied,
        coalesce(sum(amount_from_source) filter (where is_in_force), 0) as amount_from_source,
        case when bool_or(is_in_force) then 0 else max_by(amount_applied, in_force_from_on) end as amount_taken_back
    from pieces
    group by customer_id, invoice_id, allocation_id, source_type, source_id, instalment_number, currency
),

documented as (
    select
        allocations.customer_id,
        allocations.invoice_id,
        allocations.allocation_id,
        allocations.source_type,
        case when sources.source_id is null or payers.customer_id is not null then allocations.source_id end as source_id,
        payers.customer_id as source_customer_id,
        payers.customer_name as source_customer_name,
        allocations.instalment_number,
        allocations.currency,
        sources.currency as source_currency,
        case when payers.customer_id is not null then sources.payment_method end as payment_method,
        case when payers.customer_id is not null then sources.reference end as reference,
        allocations.is_in_force,
        sources.counts_from_on as source_on,
        allocations.counts_from_on,
        allocations.taken_back_on,
        case when payers.customer_id is not null then sources.amount_total end as amount_source,
        allocations.amount_from_source,
        allocations.amount_taken_back,
        allocations.amount_applied
    from allocations
    left join sources
        on sources.source_type = allocations.source_type
        and sources.source_id = allocations.source_id
    left join customers as payers
        on payers.customer_id = sources.customer_id
        and ($viewer_agent is null or payers.sales_agent = $viewer_agent)
),

stated as (
    select
        chosen.customer_id,
        chosen.invoice_id,
        chosen.currency,
        settlements_stated.settled_from_on,
        settlements_stated.amount_settled
    from settlements_stated
    inner join chosen on chosen.invoice_id = settlements_stated.invoice_id
    where settlements_stated.settled_from_on <= $as_of_on
        and (settlements_stated.settled_until_on is null or settlements_stated.settled_until_on > $as_of_on)
),

every_allocation as (
    select * from documented
    union all by name
    select
        customer_id,
        invoice_id,
        'stated' as source_type,
        currency,
        true as is_in_force,
        settled_from_on as counts_from_on,
        cast(0 as decimal(38, 4)) as amount_from_source,
        cast(0 as decimal(38, 4)) as amount_taken_back,
        amount_settled as amount_applied
    from stated
),

item_allocations as (
    select
        * exclude (amount_source, amount_from_source, amount_taken_back, amount_applied),
        cast(amount_source as decimal(38, 4)) as amount_source,
        cast(amount_from_source as decimal(38, 4)) as amount_from_source,
        cast(amount_taken_back as decimal(38, 4)) as amount_taken_back,
        cast(amount_applied as decimal(38, 4)) as amount_applied
    from every_allocation
    order by counts_from_on, source_type, allocation_id
)

select * from item_allocations
