-- Periods in which a support case was open without a break (until = exclusive; null = still).
-- Grain: one row per case_id, period_number.
--
-- The first one begins when the case was opened; each later one is a reopening. A case counts at instant T if from_at < T and (until_at
-- is null or until_at >= T): one that was closed in the instant of its opening has a first period that never counts, so that it was
-- created and closed all the same. What was withdrawn before it was opened has none.
with

spans as (
    select case_id, customer_id, from_at, until_at from case_states
    union all
    select cases.case_id, cases.customer_id, cases.opened_at, cases.opened_at
    from cases
    cross join build
    left join case_states on case_states.case_id = cases.case_id and case_states.from_at = cases.opened_at
    where case_states.case_id is null
        and (
            cases.withdrawn_on is null
            or cases.opened_at < timezone('UTC', timezone(build.time_zone, cast(cases.withdrawn_on as timestamp)))
        )
),

breaks as (
    select
        case_id,
        customer_id,
        from_at,
        until_at,
        case when lag(until_at) over (partition by case_id order by from_at) = from_at then 0 else 1 end as is_begin
    from spans
),

numbered as (
    select *, sum(is_begin) over (partition by case_id order by from_at rows unbounded preceding) as period_number from breaks
),

periods as (
    select
        case_id,
        customer_id,
        cast(period_number as integer) as period_number,
        min(from_at) as from_at,
        case when count(*) = count(until_at) then max(until_at) end as until_at
    from numbered
    group by case_id, customer_id, period_number
),

case_periods as (
    select
        periods.case_id,
        periods.customer_id,
        periods.period_number,
        periods.period_number > 1 as is_reopening,
        coalesce(
            periods.until_at = timezone('UTC', timezone(build.time_zone, cast(cases.withdrawn_on as timestamp))), false
        ) as is_withdrawn_at_end,
        periods.from_at,
        periods.until_at
    from periods
    inner join cases on cases.case_id = periods.case_id
    cross join build
)

select * from case_periods order by case_id, period_number
