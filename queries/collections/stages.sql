-- Stages of the collections policy, what it flags for suspension and what holds it back.
-- Grain: one row per customer_id, currency.
-- Permission: view_flags
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Tables: policy_stages, holds_decided, notices_decided
--
-- Overdue is past the due date; the policy's clock says from which date a stage's days are counted. The most severe stage
-- whose conditions all hold is the customer's; holds leave it as it is and take the flag away. A hold that the policy
-- switches off takes none away. All customers are read from the narrow rows of a day (mart open_amounts), where a number stands for the
-- customer; of one customer the items themselves are read.
with

variants as (
    select distinct lower(trim(segment)) as variant from policy_stages where segment is not null
),

-- A customer of a segment that the policy names is judged by that segment's stages alone; the policy's own have variant ''.
scoped_customers as (
    select customer_order.name_order, customers.customer_id, coalesce(variants.variant, '') as variant
    from customers
    inner join customer_order on customer_order.customer_id = customers.customer_id
    left join variants on variants.variant = lower(trim(customers.segment))
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or customers.customer_id = $customer_id)
),

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

-- What is open has a day from which it ages, what is not applied has none.
open_now as (
    select
        scoped_customers.name_order,
        scoped_customers.variant,
        amounts.currency,
        amounts.part_of_invoice_id,
        amounts.issued_on,
        amounts.aged_from_on,
        amounts.amount_open
    from open_amounts as amounts
    inner join scoped_customers on scoped_customers.name_order = amounts.name_order
    where $customer_id is null and amounts.open_from_on <= $as_of_on and amounts.open_through_on >= $as_of_on
    union all
    select
        scoped_customers.name_order,
        scoped_customers.variant,
        open_items.currency,
        case when open_items.instalment_number is not null then open_items.invoice_id end,
        open_items.issued_on,
        open_items.aged_from_on,
        open_items.amount_outstanding
    from open_items
    cross join scoped_customers
    where open_items.customer_id = $customer_id
        and open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
    union all
    select scoped_customers.name_order, scoped_customers.variant, unapplied.currency, null, null, null, unapplied.amount_unapplied
    from unapplied
    cross join scoped_customers
    where unapplied.customer_id = $customer_id
        and unapplied.open_from_on <= $as_of_on
        and (unapplied.open_until_on is null or unapplied.open_until_on > $as_of_on)
),

overdue_items as (
    select * from open_now where aged_from_on < $as_of_on
),

debts as (
    select
        name_order,
        currency,
        $as_of_on - min(aged_from_on) filter (where aged_from_on < $as_of_on) as overdue_days,
        sum(amount_open) filter (where aged_from_on < $as_of_on) as amount_overdue,
        count(*) filter (where aged_from_on < $as_of_on and part_of_invoice_id is null) as whole_invoice_count,
        sum(amount_open) filter (where aged_from_on is null) as amount_unapplied
    from open_now
    group by name_order, currency
),

-- Instalments of one invoice count as one.
part_counts as (
    select name_order, currency, count(distinct part_of_invoice_id) as part_invoice_count
    from overdue_items
    where part_of_invoice_id is not null
    group by name_order, currency
),

---------- the stage

stage_rules as (
    select
        coalesce(lower(trim(segment)), '') as variant,
        stage_order,
        stage,
        action,
        clock,
        currency,
        coalesce(min_overdue_days, 0) as min_overdue_days,
        -- A stage is about something overdue: 0 asks for no more than leaving it out does.
        greatest(coalesce(min_overdue_invoices, 1), 1) as min_overdue_invoices,
        coalesce(min_overdue_amount, 0) as min_overdue_amount,
        requires_notice,
        coalesce(notice_days, 0) as notice_days,
        coalesce(is_held_by_case, true) as is_held_by_case,
        coalesce(is_held_by_unapplied, true) as is_held_by_unapplied,
        coalesce(is_held_by_window, true) as is_held_by_window
    from policy_stages
    where stage is not null
),

tested_items as (
    select
        stage_rules.stage_order,
        overdue_items.name_order,
        overdue_items.variant,
        overdue_items.currency,
        overdue_items.part_of_invoice_id,
        overdue_items.aged_from_on,
        overdue_items.amount_open
    from overdue_items
    inner join stage_rules
        on stage_rules.variant = overdue_items.variant
        and (stage_rules.currency is null or stage_rules.currency = overdue_items.currency)
    where $as_of_on - case when stage_rules.clock = 'invoice_date' then overdue_items.issued_on else overdue_items.aged_from_on end
        >= stage_rules.min_overdue_days
),

tested_invoices as (
    select stage_order, name_order, variant, currency, aged_from_on as oldest_due_on, amount_open as amount_tested
    from tested_items
    where part_of_invoice_id is null
    union all
    select stage_order, name_order, variant, currency, min(aged_from_on), sum(amount_open)
    from tested_items
    where part_of_invoice_id is not null
    group by stage_order, name_order, variant, currency, part_of_invoice_id
),

stage_totals as (
    select
        name_order,
        variant,
        currency,
        stage_order,
        min(oldest_due_on) as oldest_due_on,
        count(*) as invoice_count,
        sum(amount_tested) as amount_tested,
        count(*) filter (where amount_tested > 0) as owed_invoice_count,
        sum(greatest(0, amount_tested)) as amount_owed
    from tested_invoices
    group by name_order, variant, currency, stage_order
),

current_stage as (
    select stage_totals.*, stage_rules.* exclude (variant, stage_order, currency)
    from stage_totals
    inner join stage_rules
        on stage_rules.variant = stage_totals.variant
        and stage_rules.stage_order = stage_totals.stage_order
        and (stage_rules.currency is null or stage_rules.currency = stage_totals.currency)
    where stage_totals.invoice_count >= stage_rules.min_overdue_invoices
        and stage_totals.amount_tested >= stage_rules.min_overdue_amount
    qualify row_number() over (partition by stage_totals.name_order, stage_totals.currency order by stage_totals.stage_order desc) = 1
),

suspendable as (
    select scoped_customers.customer_id, current_stage.*
    from current_stage
    inner join scoped_customers on scoped_customers.name_order = current_stage.name_order
    where current_stage.action = 'suspend'
),

---------- holds

holds_now as (
    select *
    from every_hold()
    where starts_on <= $as_of_on
        and (ends_on is null or ends_on >= $as_of_on)
        and (withdrawn_on is null or withdrawn_on > $as_of_on)
),

-- What is not open is not tested: of the invoices held only those matter on which something is.
held_items as (
    select
        open_items.customer_id,
        open_items.invoice_id,
        open_items.currency,
        open_items.issued_on,
        open_items.aged_from_on,
        open_items.amount_outstanding
    from open_items
    inner join (
        select distinct holds_now.customer_id, holds_now.invoice_id
        from holds_now
        inner join suspendable on suspendable.customer_id = holds_now.customer_id
        where holds_now.invoice_id is not null
    ) as held
        on held.customer_id = open_items.customer_id and held.invoice_id = open_items.invoice_id
    where open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
        and ($customer_id is null or open_items.customer_id = $customer_id)
),

held_invoices as (
    select customer_id, invoice_id, currency, sum(amount_outstanding) as amount_open
    from held_items
    group by customer_id, invoice_id, currency
),

invoice_holds as (
    select
        holds_now.customer_id,
        holds_now.invoice_id,
        held_invoices.currency,
        list(distinct holds_now.hold_type) as hold_types,
        sum(coalesce(holds_now.amount_held, held_invoices.amount_open)) as amount_held
    from holds_now
    inner join held_invoices
        on held_invoices.customer_id = holds_now.customer_id and held_invoices.invoice_id = holds_now.invoice_id
    -- A hold's currency is that of its amount: one held in another currency cannot be taken off.
    where holds_now.amount_held is null or holds_now.currency is null or holds_now.currency = held_invoices.currency
    group by holds_now.customer_id, holds_now.invoice_id, held_invoices.currency
),

-- What the stage tested of the invoices held.
held_tested as (
    select
        suspendable.customer_id,
        suspendable.currency,
        held_items.invoice_id,
        sum(held_items.amount_outstanding) as amount_tested
    from suspendable
    inner join held_items on held_items.customer_id = suspendable.customer_id and held_items.currency = suspendable.currency
    where held_items.aged_from_on < $as_of_on
        and $as_of_on - case when suspendable.clock = 'invoice_date' then held_items.issued_on else held_items.aged_from_on end
            >= suspendable.min_overdue_days
    group by suspendable.customer_id, suspendable.currency, held_items.invoice_id
),

-- All that was tested, with what is left of the invoices held in the place of these.
tested_again as (
    select
        suspendable.customer_id,
        suspendable.currency,
        suspendable.min_overdue_invoices,
        suspendable.min_overdue_amount,
        suspendable.owed_invoice_count
            - count(*) filter (where held_tested.amount_tested > 0)
            + count(*) filter (where held_tested.amount_tested > invoice_holds.amount_held) as invoice_count,
        suspendable.amount_owed
            - sum(greatest(0, held_tested.amount_tested))
            + sum(greatest(0, held_tested.amount_tested - invoice_holds.amount_held)) as amount_tested,
        flatten(list(invoice_holds.hold_types)) as hold_types
    from held_tested
    inner join invoice_holds
        on invoice_holds.customer_id = held_tested.customer_id and invoice_holds.invoice_id = held_tested.invoice_id
    inner join suspendable
        on suspendable.customer_id = held_tested.customer_id and suspendable.currency = held_tested.currency
    group by
        suspendable.customer_id,
        suspendable.currency,
        suspendable.min_overdue_invoices,
        suspendable.min_overdue_amount,
        suspendable.owed_invoice_count,
        suspendable.amount_owed
),

hold_reasons as (
    select suspendable.customer_id, suspendable.currency, holds_now.hold_type as reason
    from suspendable
    inner join holds_now on holds_now.customer_id = suspendable.customer_id and holds_now.invoice_id is null
    union
    select customer_id, currency, unnest(hold_types)
    from tested_again
    where invoice_count < min_overdue_invoices or amount_tested < min_overdue_amount
    union
    select suspendable.customer_id, suspendable.currency, 'severity_a_case'
    from suspendable
    inner join cases on cases.customer_id = suspendable.customer_id and cases.severity = 'A'
    inner join case_states on case_states.case_id = cases.case_id
    cross join day_end
    where suspendable.is_held_by_case
        and case_states.from_at < day_end.ends_at
        and (case_states.until_at is null or case_states.until_at >= day_end.ends_at)
    union
    select suspendable.customer_id, suspendable.currency, 'unapplied_covers_debt'
    from suspendable
    inner join debts on debts.name_order = suspendable.name_order and debts.currency = suspendable.currency
    where suspendable.is_held_by_unapplied
        and -debts.amount_unapplied >= debts.amount_overdue
    union
    select suspendable.customer_id, suspendable.currency, 'no_final_notice'
    from suspendable
    left join every_notice() as notices
        on notices.customer_id = suspendable.customer_id
        and notices.notice_type = suspendable.requires_notice
        and (notices.currency is null or notices.currency = suspendable.currency)
        and notices.sent_on >= suspendable.oldest_due_on
        and notices.sent_on <= $as_of_on - suspendable.notice_days
        and (notices.withdrawn_on is null or notices.withdrawn_on > $as_of_on)
    where suspendable.requires_notice is not null
    group by suspendable.customer_id, suspendable.currency
    having count(notices.notice_id) = 0
    union
    select suspendable.customer_id, suspendable.currency, 'cancellation_window'
    from suspendable
    inner join subscriptions
        on subscriptions.customer_id = suspendable.customer_id
        and subscriptions.subscription_status = 'active'
        and subscriptions.cancellable_until_on >= $as_of_on
        and (subscriptions.started_on is null or subscriptions.started_on <= $as_of_on)
        and (subscriptions.withdrawn_on is null or subscriptions.withdrawn_on > $as_of_on)
    where suspendable.is_held_by_window
),

reason_lists as (
    select
        customer_id,
        currency,
        string_agg(
            reason, '; ' order by list_position(
                ['dispute', 'promise_to_pay', 'exemption', 'severity_a_case', 'unapplied_covers_debt', 'no_final_notice',
                    'cancellation_window'], reason
            )
        ) as hold_reasons
    from hold_reasons
    group by customer_id, currency
),

stages as (
    select
        scoped_customers.customer_id,
        debts.currency,
        coalesce(current_stage.stage, 'clear') as stage,
        debts.overdue_days,
        coalesce(debts.amount_overdue, 0) as amount_overdue,
        debts.whole_invoice_count + coalesce(part_counts.part_invoice_count, 0) as overdue_invoice_count,
        coalesce(debts.amount_unapplied, 0) as amount_unapplied,
        coalesce(current_stage.action = 'suspend', false) and reason_lists.hold_reasons is null as is_flagged,
        coalesce(reason_lists.hold_reasons, '') as hold_reasons
    from debts
    inner join scoped_customers on scoped_customers.name_order = debts.name_order
    left join part_counts on part_counts.name_order = debts.name_order and part_counts.currency = debts.currency
    left join current_stage on current_stage.name_order = debts.name_order and current_stage.currency = debts.currency
    left join reason_lists
        on reason_lists.customer_id = scoped_customers.customer_id and reason_lists.currency = debts.currency
    order by is_flagged desc, amount_overdue desc, scoped_customers.customer_id, debts.currency
)

select * from stages
