-- What customers are expected to pay, by week: 13 weeks, what comes later, and what is not expected.
-- Grain: one row per currency, is_converted, week.
-- Permission: view_receivables
-- Parameter as_of_on date: as of the end of this day.
-- Tables: holds_decided
--
-- Per currency of the invoices, and once more for all of them in company currency at booked rates (is_converted). The rows of a
-- currency add up to what is outstanding in it: the weeks, `later`, `disputed` and `no_day` (not expected), `already_here` (unapplied
-- money that settles it). Cumulative: paid by the end of the week, if everybody pays on the expected day; low and high are the ends of the
-- range of 80 % of that sum (macro expected_sums). How often the sum lay between: cash/backtest_weeks.
with

expected_weeks as (
    select * from expected_sums($as_of_on, $viewer_agent) order by is_converted, currency, week_order
)

select * from expected_weeks
