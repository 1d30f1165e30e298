-- The place of days overdue among the ageing buckets: bucket_order of bucket_ranges.
-- Value: integer
-- Parameter overdue integer: days; none or fewer are current.
-- Parameter edges integers: last day of each bucket, in days overdue.
--
-- A macro of the warehouse, `bucket_number(overdue, edges)`: 0 for current, then 1 and on. The first edges are spelled out, so that a
-- million items are compared with constants instead of joined to the ranges; the first edge that is not there holds all that is left.
case
    when overdue <= 0 then 0
    when overdue <= coalesce(edges[1], 2147483647) then 1
    when overdue <= coalesce(edges[2], 2147483647) then 2
    when overdue <= coalesce(edges[3], 2147483647) then 3
    when overdue <= coalesce(edges[4], 2147483647) then 4
    when overdue <= coalesce(edges[5], 2147483647) then 5
    when overdue <= coalesce(edges[6], 2147483647) then 6
    when overdue <= coalesce(edges[7], 2147483647) then 7
    else cast(8 + len(list_filter(edges[8:], lambda edge: edge < overdue)) as integer)
end
