-- Ageing buckets that a list of edges makes: current, then ranges that include their last day, then the open end.
-- Grain: one row per bucket.
-- Parameter edges integers: last day of each bucket, in days overdue.
--
-- A table macro of the warehouse, `bucket_ranges(edges)`: the one place that says in which bucket a day lies.
-- current has no first day and ends with day 0; the oldest has no last day.
select 0 as bucket_order, cast(null as integer) as first_day, 0 as last_day, 'current' as bucket
union all
select bucket_order, first_day, last_day, coalesce(first_day || '-' || last_day, first_day || '+')
from (
    select
        unnest(edges) as last_day,
        unnest(list_prepend(0, edges)) + 1 as first_day,
        generate_subscripts(list_append(edges, 0), 1) as bucket_order
) as ranges
