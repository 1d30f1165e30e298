-- Control totals: what the documents say is owed, beside what the buckets and the unapplied money add up to.
-- Grain: one row per name_order, currency.
-- Parameter seen_on date: as of the end of this day.
-- Parameter wanted_currency text: ISO 4217; null: all.
--
-- A table macro of the warehouse, `control_sides(seen_on, wanted_currency)`: of everybody, whoever looks. name_order stands for the customer
-- (mart customer_order). amount_control is computed from the documents alone (marts owed_months and owed_changes): invoices less payments,
-- credit notes and write-offs; what is applied across customers or currencies is moved from one to the other. item_count counts open items,
-- open_count these and rests not applied.
with

sides as (
    select
        name_order,
        currency,
        case when aged_from_on is not null then amount_open end as amount_item,
        case when aged_from_on < seen_on then amount_open end as amount_late,
        case when aged_from_on is null then amount_open end as amount_rest,
        cast(null as decimal(38, 4)) as amount_owed,
        0 as changed_count,
        1 as open_count,
        case when aged_from_on is not null then 1 else 0 end as item_count
    from amounts_on(seen_on, null, wanted_currency)
    union all
    select name_order, currency, null, null, null, amount_owed, changed_count, 0, 0
    from owed_months
    where open_from_on <= seen_on and open_through_on >= seen_on and (wanted_currency is null or currency = wanted_currency)
    union all
    select name_order, currency, null, null, null, amount_changed, changed_count, 0, 0
    from owed_changes
    where changed_on >= make_date(year(seen_on), month(seen_on), 1)
        and changed_on <= seen_on
        and (wanted_currency is null or currency = wanted_currency)
),

control_sides as (
    select
        name_order,
        currency,
        coalesce(sum(amount_late), 0) as amount_overdue,
        coalesce(sum(amount_item), 0) as amount_outstanding,
        coalesce(sum(amount_rest), 0) as amount_unapplied,
        coalesce(sum(amount_owed), 0) as amount_control,
        coalesce(sum(amount_item), 0) + coalesce(sum(amount_rest), 0) - coalesce(sum(amount_owed), 0) as amount_difference,
        sum(item_count) as item_count,
        sum(open_count) as open_count
    from sides
    group by name_order, currency
    -- Of whom nothing counts yet, or any more, there is nothing to hold.
    having sum(open_count) > 0 or sum(changed_count) <> 0
)

select * from control_sides
