-- Moves of support cases into the backlog and out of it: created, reopened, closed.
-- Grain: one row per case_id, period_number, move_type.
--
-- A table macro of the warehouse, `case_moves()`. A move belongs to the span of time in which its instant lies, the beginning counted
-- in and the end not: so the backlog at an end is that at the beginning, and what moved between them. A case that was withdrawn leaves
-- like a closed one, and says so.
select
    case_id,
    period_number,
    case when is_reopening then 'reopened' else 'created' end as move_type,
    false as is_withdrawn,
    from_at as moved_at
from case_periods
union all
select case_id, period_number, 'closed', is_withdrawn_at_end, until_at
from case_periods
where until_at is not null
