-- Notices sent before or outside this tool.
-- Grain: one row per notice_id.
select * from canonical.notices
order by notice_id
