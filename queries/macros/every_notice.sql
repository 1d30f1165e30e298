-- Every notice: those of the accounting system, and those that people sent or recorded here.
-- Grain: one row per notice_id.
--
-- A table macro of the warehouse, `every_notice()`, over the imported notices and the table `notices_decided` that its reader is
-- handed (queries that read it declare that table). Of one id the one recorded here counts: no file takes back what was sent, nor
-- says that something arrived of which nobody here knows.
select
    notice_id,
    customer_id,
    notice_type,
    sent_on,
    currency,
    channel,
    withdrawn_on
from notices
where notice_id not in (select notice_id from notices_decided)
union all
select
    notice_id,
    customer_id,
    notice_type,
    sent_on,
    currency,
    channel,
    withdrawn_on
from notices_decided
