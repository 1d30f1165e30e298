-- Notices that a stage rests on: of those that meet what it requires, the first one sent.
-- Grain: one row per customer_id, currency.
-- Permission: view_flags
-- Parameter customer_id text: the customer.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter as_of_on date: as of the end of this day.
-- Tables: policy_stages, notices_decided
--
-- The table holds the one stage in question, in the variant of each segment that has it. The first notice, because a
-- second one that comes to count later changes nothing.
with

stage_rules as (
    select
        coalesce(lower(trim(segment)), '') as variant,
        currency,
        clock,
        coalesce(min_overdue_days, 0) as min_overdue_days,
        requires_notice,
        coalesce(notice_days, 0) as notice_days
    from policy_stages
    where requires_notice is not null
),

variants as (
    select distinct lower(trim(segment)) as variant from policy_stages where segment is not null
),

tested_items as (
    select
        open_items.customer_id,
        open_items.currency,
        stage_rules.requires_notice,
        stage_rules.notice_days,
        min(open_items.aged_from_on) as oldest_due_on
    from open_items
    inner join customers on customers.customer_id = open_items.customer_id
    left join variants on variants.variant = lower(trim(customers.segment))
    inner join stage_rules
        on stage_rules.variant = coalesce(variants.variant, '')
        and (stage_rules.currency is null or stage_rules.currency = open_items.currency)
    where open_items.customer_id = $customer_id
        and ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($currency is null or open_items.currency = $currency)
        and open_items.aged_from_on < $as_of_on
        and open_items.open_from_on <= $as_of_on
        and (open_items.open_until_on is null or open_items.open_until_on > $as_of_on)
        and case when stage_rules.clock = 'invoice_date' then $as_of_on - open_items.issued_on else $as_of_on - open_items.aged_from_on end
            >= stage_rules.min_overdue_days
    group by all
),

notices_used as (
    select
        tested_items.customer_id,
        notices.notice_id,
        tested_items.currency,
        notices.notice_type,
        notices.sent_on
    from tested_items
    inner join every_notice() as notices
        on notices.customer_id = tested_items.customer_id
        and notices.notice_type = tested_items.requires_notice
        and (notices.currency is null or notices.currency = tested_items.currency)
        and notices.sent_on >= tested_items.oldest_due_on
        and notices.sent_on <= $as_of_on - tested_items.notice_days
        and (notices.withdrawn_on is null or notices.withdrawn_on > $as_of_on)
    qualify row_number() over (partition by tested_items.currency order by notices.sent_on, notices.notice_id) = 1
    order by tested_items.currency
)

select * from notices_used
