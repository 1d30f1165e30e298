-- Notices on record, the newest first: those of the accounting system, and those sent or recorded here, whatever became of them.
-- Grain: one row per notice_id.
-- Permission: view_flags
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter currency text = null: ISO 4217, with those that name no currency; all when left out.
-- Parameter notice_type text = null (reminder, overdue, final_notice): which notices; all when left out.
-- Parameter notice_status text = null: imported, queued, sent, failed, unknown, not_arrived or withdrawn; all when left out.
-- Parameter row_limit integer = null: at most so many rows; all when left out.
-- Parameter row_offset integer = 0: rows to skip.
-- Tables: notices_now
with

everything as (
    select
        notice_id, customer_id, notice_type, currency, channel, notice_status, to_address, sent_by, subject, detail, is_mailed, sent_on,
        sent_at, amount_asked, version
    from notices_now
    union all
    select
        notice_id, customer_id, notice_type, currency, channel, 'imported', null, null, null, null, false, sent_on, null, null, 0
    from notices
    where withdrawn_on is null and notice_id not in (select notice_id from notices_now)
),

notices_listed as (
    select
        everything.notice_id,
        everything.customer_id,
        customers.customer_name,
        everything.currency,
        everything.notice_type,
        everything.notice_status,
        everything.channel,
        everything.to_address,
        everything.sent_by,
        everything.subject,
        everything.detail,
        everything.is_mailed,
        everything.sent_on,
        everything.sent_at,
        everything.amount_asked,
        everything.version,
        count(*) over () as row_count
    from everything
    inner join customers on customers.customer_id = everything.customer_id
    where ($viewer_agent is null or customers.sales_agent = $viewer_agent)
        and ($customer_id is null or everything.customer_id = $customer_id)
        and ($currency is null or everything.currency is null or everything.currency = $currency)
        and ($notice_type is null or everything.notice_type = $notice_type)
        and ($notice_status is null or everything.notice_status = $notice_status)
    order by everything.sent_on desc, everything.sent_at desc nulls last, customers.customer_name, everything.notice_id
    limit $row_limit offset $row_offset
)

select * from notices_listed
