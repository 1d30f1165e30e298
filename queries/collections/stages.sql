-- Stages of the collections policy, what it flags for suspension and what holds it back.
-- Grain: one row per customer_id, currency.
-- Permission: view_flags
-- Parameter as_of_on date: as of the end of this day.
-- Parameter customer_id text = null: one customer; all when left out.
-- Tables: policy_stages, holds_decided, notices_decided
--
-- Overdue is past the due date; the policy's clock says from which date a stage's days are counted. The most severe stage
-- whose conditions all hold is the customer's; holds leave it as it is and take the flag away. A hold that the policy
-- switches off takes none away.
with

variants as (
    select distinct lower(trim(segment)) as variant from policy_stages where segment is not null
),

-- A customer of a segment that the policy names is judged by that segment's stages alone; the policy's own have variant ''.
scoped_customers as (
    select customers.customer_id, coalesce(variants.variant, '') as variant
    from customers
    left join variants on variants.variant = lower(trim(customers.segment))
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or customers.customer_id = $customer_id)
),

day_end as (
    select timezone('UTC', timezone(time_zone, cast($as_of_on + 1 as timestamp))) as ends_at from build
),

items as (
    select
        open_items.customer_id,
        scoped_customers.variant,
        open_items.currency,
        open_items.invoice_id,
        open_items.aged_from_on,
        $as_of_on - open_items.aged_from_on as overdue_days,
        $as_of_on - open_items.issued_on as issued_days,
        open_items.amount_outstanding
    from open_items
    inner join scoped_customers on scoped_customers.customer_id = open_items.customer_id
    where open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
),

unapplied_now as (
    select unapplied.customer_id, unapplied.currency, sum(unapplied.amount_unapplied) as amount_unapplied
    from unapplied
    inner join scoped_customers on scoped_customers.customer_id = unapplied.customer_id
    where unapplied.open_from_on <= $as_of_on
        and (unapplied.open_until_on is null or unapplied.open_until_on > $as_of_on)
    group by unapplied.customer_id, unapplied.currency
),

debtors as (
    select customer_id, currency from items
    union
    select customer_id, currency from unapplied_now
),

overdue_totals as (
    select
        customer_id,
        currency,
        max(overdue_days) as overdue_days,
        sum(amount_outstanding) as amount_overdue,
        count(distinct invoice_id) as overdue_invoice_count
    from items
    where overdue_days > 0
    group by customer_id, currency
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

stage_invoices as (
    select
        stage_rules.variant,
        stage_rules.stage_order,
        items.customer_id,
        items.currency,
        items.invoice_id,
        min(items.aged_from_on) as oldest_due_on,
        sum(items.amount_outstanding) as amount_tested
    from items
    inner join stage_rules
        on stage_rules.variant = items.variant
        and (stage_rules.currency is null or stage_rules.currency = items.currency)
    where items.overdue_days > 0
        and case when stage_rules.clock = 'invoice_date' then items.issued_days else items.overdue_days end
            >= stage_rules.min_overdue_days
    group by all
),

stage_totals as (
    select
        stage_invoices.customer_id,
        stage_invoices.currency,
        stage_rules.*  exclude (currency),
        min(stage_invoices.oldest_due_on) as oldest_due_on
    from stage_invoices
    inner join stage_rules
        on stage_rules.variant = stage_invoices.variant
        and stage_rules.stage_order = stage_invoices.stage_order
        and (stage_rules.currency is null or stage_rules.currency = stage_invoices.currency)
    group by all
    having count(*) >= stage_rules.min_overdue_invoices
        and sum(stage_invoices.amount_tested) >= stage_rules.min_overdue_amount
),

current_stage as (
    select *
    from stage_totals
    qualify row_number() over (partition by customer_id, currency order by stage_order desc) = 1
),

suspendable as (
    select * from current_stage where action = 'suspend'
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
held_invoices as (
    select items.customer_id, items.invoice_id, items.currency, sum(items.amount_outstanding) as amount_open
    from items
    inner join (select distinct customer_id, invoice_id from holds_now where invoice_id is not null) as held
        on held.customer_id = items.customer_id and held.invoice_id = items.invoice_id
    group by items.customer_id, items.invoice_id, items.currency
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

tested_again as (
    select
        suspendable.customer_id,
        suspendable.currency,
        suspendable.min_overdue_invoices,
        suspendable.min_overdue_amount,
        count(*) filter (where stage_invoices.amount_tested > coalesce(invoice_holds.amount_held, 0)) as invoice_count,
        sum(greatest(0, stage_invoices.amount_tested - coalesce(invoice_holds.amount_held, 0))) as amount_tested,
        flatten(list(invoice_holds.hold_types) filter (where invoice_holds.hold_types is not null)) as hold_types
    from suspendable
    inner join stage_invoices
        on stage_invoices.customer_id = suspendable.customer_id
        and stage_invoices.currency = suspendable.currency
        and stage_invoices.stage_order = suspendable.stage_order
    left join invoice_holds
        on invoice_holds.customer_id = stage_invoices.customer_id
        and invoice_holds.invoice_id = stage_invoices.invoice_id
    group by all
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
    inner join unapplied_now
        on unapplied_now.customer_id = suspendable.customer_id and unapplied_now.currency = suspendable.currency
    inner join overdue_totals
        on overdue_totals.customer_id = suspendable.customer_id and overdue_totals.currency = suspendable.currency
    where suspendable.is_held_by_unapplied
        and -unapplied_now.amount_unapplied >= overdue_totals.amount_overdue
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
        debtors.customer_id,
        debtors.currency,
        coalesce(current_stage.stage, 'clear') as stage,
        overdue_totals.overdue_days,
        coalesce(overdue_totals.amount_overdue, 0) as amount_overdue,
        coalesce(overdue_totals.overdue_invoice_count, 0) as overdue_invoice_count,
        coalesce(unapplied_now.amount_unapplied, 0) as amount_unapplied,
        coalesce(current_stage.action = 'suspend', false) and reason_lists.hold_reasons is null as is_flagged,
        coalesce(reason_lists.hold_reasons, '') as hold_reasons
    from debtors
    left join overdue_totals
        on overdue_totals.customer_id = debtors.customer_id and overdue_totals.currency = debtors.currency
    left join unapplied_now
        on unapplied_now.customer_id = debtors.customer_id and unapplied_now.currency = debtors.currency
    left join current_stage
        on current_stage.customer_id = debtors.customer_id and current_stage.currency = debtors.currency
    left join reason_lists
        on reason_lists.customer_id = debtors.customer_id and reason_lists.currency = debtors.currency
    order by is_flagged desc, amount_overdue desc, debtors.customer_id, debtors.currency
)

select * from stages
