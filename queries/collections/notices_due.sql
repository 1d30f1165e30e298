-- Notices that the policy calls for on a day and that were not sent for this debt yet.
-- Grain: one row per customer_id, currency, notice_type.
-- Permission: view_flags
-- Parameter as_of_on date: as of the end of this day.
-- Parameter sent_on date = null: the day from which a notice sent now counts, for its final day; the as-of day when left out.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Tables: policy_notices, holds_decided, notices_decided
--
-- A reminder asks for what falls due soon; an overdue notice and a final notice ask for everything overdue once something is so
-- many days overdue. What is in dispute is named and not asked for; money on account is shown and taken off. A severer notice
-- sent for the same debt stands for the milder one.
with

days as (
    select $as_of_on as as_of_on, greatest(coalesce($sent_on, $as_of_on), $as_of_on) as counts_on
),

notice_order as (
    select * from (values ('reminder', 1), ('overdue', 2), ('final_notice', 3)) as ranked (notice_type, severity)
),

variants as (
    select distinct lower(trim(segment)) as variant from policy_notices where segment is not null
),

holds_now as (
    select holds.*
    from every_hold() as holds
    cross join days
    where holds.starts_on <= days.as_of_on
        and (holds.ends_on is null or holds.ends_on >= days.as_of_on)
        and (holds.withdrawn_on is null or holds.withdrawn_on > days.as_of_on)
),

notices_sent as (
    select notices.*
    from every_notice() as notices
    cross join days
    where notices.sent_on <= days.counts_on
        and (notices.withdrawn_on is null or notices.withdrawn_on > days.as_of_on)
),

---------- what is open, and what of it is in dispute

open_now as (
    select
        open_items.customer_id,
        coalesce(variants.variant, '') as variant,
        open_items.currency,
        open_items.invoice_id,
        open_items.instalment_number,
        open_items.issued_on,
        open_items.aged_from_on as due_on,
        open_items.amount_outstanding,
        coalesce(sum(open_items.amount_outstanding) over (
            partition by open_items.invoice_id order by open_items.aged_from_on, open_items.instalment_number
            rows between unbounded preceding and 1 preceding
        ), 0) as amount_before
    from open_items
    inner join customers on customers.customer_id = open_items.customer_id
    left join variants on variants.variant = lower(trim(customers.segment))
    cross join days
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or open_items.customer_id = $customer_id)
        and ($currency is null or open_items.currency = $currency)
        and open_items.open_from_on <= days.as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > days.as_of_on)
),

-- A dispute about no invoice is about everything; one in another currency than its invoice's says nothing about an amount.
customer_disputes as (
    select distinct customer_id from holds_now where hold_type = 'dispute' and invoice_id is null
),

invoice_disputes as (
    select
        holds_now.customer_id,
        holds_now.invoice_id,
        bool_or(holds_now.amount_held is null) as is_whole,
        sum(holds_now.amount_held) as amount_held
    from holds_now
    inner join invoices on invoices.invoice_id = holds_now.invoice_id and invoices.customer_id = holds_now.customer_id
    where holds_now.hold_type = 'dispute'
        and (holds_now.amount_held is null or holds_now.currency is null or holds_now.currency = invoices.currency)
    group by holds_now.customer_id, holds_now.invoice_id
),

items as (
    select
        open_now.*,
        case
            when customer_disputes.customer_id is not null or invoice_disputes.is_whole then open_now.amount_outstanding
            else greatest(0, least(
                open_now.amount_outstanding, coalesce(invoice_disputes.amount_held, 0) - open_now.amount_before
            ))
        end as amount_disputed
    from open_now
    left join customer_disputes on customer_disputes.customer_id = open_now.customer_id
    left join invoice_disputes
        on invoice_disputes.customer_id = open_now.customer_id and invoice_disputes.invoice_id = open_now.invoice_id
),

---------- whom the policy calls for

listed as (
    select
        items.*,
        rules.rule_order,
        rules.notice_type,
        rules.min_amount,
        rules.min_invoices,
        rules.from_days,
        rules.since_days,
        rules.stage_days,
        rules.notice_days,
        days.as_of_on - items.due_on as overdue_days,
        case when rules.stage_clock = 'invoice_date' then items.issued_on else items.due_on end as counted_from_on,
        case
            when rules.from_days <= 0 then true
            when rules.clock = 'invoice_date' then days.as_of_on - items.issued_on >= rules.from_days
            else days.as_of_on - items.due_on >= rules.from_days
        end as is_calling
    from items
    cross join days
    inner join policy_notices as rules
        on coalesce(lower(trim(rules.segment)), '') = items.variant
        and (rules.currency is null or rules.currency = items.currency)
    where case
        when rules.from_days <= 0 then days.as_of_on - items.due_on between rules.from_days and 0
        else days.as_of_on > items.due_on
    end
),

called_for as (
    select
        customer_id,
        currency,
        notice_type,
        rule_order,
        min(due_on) filter (where is_calling) as oldest_due_on,
        max(overdue_days) as overdue_days,
        min(counted_from_on) filter (where is_calling) + any_value(stage_days) as stage_on,
        any_value(notice_days) as notice_days,
        any_value(from_days) as from_days,
        any_value(since_days) as since_days,
        sum(amount_outstanding) as amount_open,
        sum(amount_disputed) as amount_disputed,
        count(distinct invoice_id) as invoice_count
    from listed
    group by customer_id, currency, notice_type, rule_order
    having sum(amount_outstanding - amount_disputed) filter (where is_calling) > 0
        and sum(amount_outstanding - amount_disputed) filter (where is_calling) >= any_value(min_amount)
        and count(distinct invoice_id) filter (where is_calling and amount_outstanding > amount_disputed) >= any_value(min_invoices)
),

unsent as (
    select called_for.*
    from called_for
    inner join notice_order as called on called.notice_type = called_for.notice_type
    where not exists (
        select 1
        from notices_sent
        inner join notice_order as sent on sent.notice_type = notices_sent.notice_type
        where notices_sent.customer_id = called_for.customer_id
            and (notices_sent.currency is null or notices_sent.currency = called_for.currency)
            and case
                when called_for.from_days <= 0 then sent.notice_type = called.notice_type
                else sent.severity >= called.severity
            end
            and notices_sent.sent_on >= called_for.oldest_due_on + called_for.since_days
    )
    qualify row_number() over (
        partition by called_for.customer_id, called_for.currency, called_for.notice_type order by called_for.rule_order desc
    ) = 1
),

---------- what the sender should know

unapplied_now as (
    select unapplied.customer_id, unapplied.currency, least(0, sum(unapplied.amount_unapplied)) as amount_unapplied
    from unapplied
    inner join customers on customers.customer_id = unapplied.customer_id
    cross join days
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and unapplied.open_from_on <= days.as_of_on
        and (unapplied.open_until_on is null or unapplied.open_until_on > days.as_of_on)
    group by unapplied.customer_id, unapplied.currency
),

standing_holds as (
    select customer_id, string_agg(distinct hold_type, '; ' order by hold_type) as hold_types from holds_now group by customer_id
),

last_sent as (
    select customer_id, currency, notice_type, sent_on
    from notices_sent
    qualify row_number() over (partition by customer_id, currency order by sent_on desc, notice_type) = 1
),

last_notices as (
    select unsent.customer_id, unsent.currency, unsent.notice_type, last_sent.notice_type as last_notice_type, last_sent.sent_on
    from unsent
    inner join last_sent
        on last_sent.customer_id = unsent.customer_id and (last_sent.currency is null or last_sent.currency = unsent.currency)
    qualify row_number() over (
        partition by unsent.customer_id, unsent.currency, unsent.notice_type order by last_sent.sent_on desc, last_sent.notice_type
    ) = 1
),

notices_due as (
    select
        unsent.customer_id,
        customers.customer_name,
        unsent.currency,
        unsent.notice_type,
        customers.contact_name,
        customers.contact_email,
        customers.language,
        customers.country_code,
        customers.sales_agent,
        coalesce(standing_holds.hold_types, '') as hold_types,
        last_notices.last_notice_type,
        last_notices.sent_on as last_sent_on,
        unsent.oldest_due_on,
        greatest(unsent.stage_on, days.counts_on + unsent.notice_days) as affected_on,
        unsent.from_days,
        unsent.overdue_days,
        cast(unsent.amount_open as decimal(38, 4)) as amount_open,
        cast(unsent.amount_disputed as decimal(38, 4)) as amount_disputed,
        cast(coalesce(unapplied_now.amount_unapplied, 0) as decimal(38, 4)) as amount_unapplied,
        cast(unsent.amount_open - unsent.amount_disputed + coalesce(unapplied_now.amount_unapplied, 0) as decimal(38, 4)) as amount_asked,
        unsent.invoice_count
    from unsent
    cross join days
    inner join notice_order on notice_order.notice_type = unsent.notice_type
    inner join customers on customers.customer_id = unsent.customer_id
    left join unapplied_now on unapplied_now.customer_id = unsent.customer_id and unapplied_now.currency = unsent.currency
    left join standing_holds on standing_holds.customer_id = unsent.customer_id
    left join last_notices
        on last_notices.customer_id = unsent.customer_id
        and last_notices.currency = unsent.currency
        and last_notices.notice_type = unsent.notice_type
    where unsent.amount_open - unsent.amount_disputed + coalesce(unapplied_now.amount_unapplied, 0) > 0
    order by notice_order.severity desc, amount_asked desc, customers.customer_name, unsent.customer_id, unsent.currency
)

select * from notices_due
