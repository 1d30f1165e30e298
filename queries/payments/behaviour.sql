-- How each customer pays over a period: days late, trend, part payments, usual day, beside the customers it is compared with.
-- Grain: one row per customer_id, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: last day of the period; known is what was known at its end.
-- Parameter customer_id text = null: one customer; all when left out.
-- Parameter from_on date = null: first day of the period; twelve months up to the day when left out.
-- Parameter currency text = null: ISO 4217; all when left out.
-- Parameter peers text = shown (shown, left_out): without them nobody else's invoices are read, and their columns are blank.
--
-- An invoice counts when it was settled in the period, or is overdue at its end (late so far); see the macro payment_records. Paid
-- in parts: the macro part_paid_invoices. The columns peers_ have the same figures over the invoices of all customers in view of
-- the same segment, if at least 5 of them have any, else of all customers in view, if at least 5; otherwise they are blank. The
-- trend: medians of the three months up to the day, the three before, the same three a year earlier, each with at least 2 invoices.
-- slope_days: how many more days late invoices get in 30 days, by the day they were settled, the still overdue ones by the last day
-- (least squares); from 6 invoices on. usual_day_number: the day of the month on which, or on the two days after which, at least
-- half of at least 6 days with money fall (of the best the one hit exactly most often, then the first); usual_weekday_number: 1
-- Monday to 7 Sunday, likewise.
with

scoped_customers as (
    select customer_id, segment from customers where $viewer_agent is null or sales_agent = $viewer_agent
),

wanted as (
    select customer_id, segment from scoped_customers where $customer_id is null or customer_id = $customer_id
),

-- Whose invoices go into which figures: one's own, those of one's segment, those of everybody.
members as (
    select 'customer' as group_type, customer_id as group_key, customer_id from wanted
    union all
    select 'segment', segment, customer_id
    from scoped_customers
    where $peers = 'shown' and segment in (select segment from wanted)
    union all
    select 'all', '', customer_id
    from scoped_customers
    where $peers = 'shown'
),

first_days as (
    select coalesce($from_on, cast($as_of_on + 1 - interval 1 year as date)) as first_on
),

part_paid as (
    select part_paid.*
    from part_paid_invoices($as_of_on, case when $peers = 'left_out' then $customer_id end) as part_paid
    inner join scoped_customers on scoped_customers.customer_id = part_paid.customer_id
),

open_part_paid as (
    select customer_id, currency, count(*) as open_part_paid_count
    from part_paid
    where is_open
    group by customer_id, currency
),

---------- figures of a group

records as (
    select
        records.*,
        part_paid.invoice_id is not null and records.is_settled as is_part_paid,
        coalesce(records.settled_on, $as_of_on) - first_days.first_on as day_number
    from payment_records(
        coalesce($from_on, cast($as_of_on + 1 - interval 1 year as date)), $as_of_on, case when $peers = 'left_out' then $customer_id end
    ) as records
    cross join first_days
    left join part_paid on part_paid.customer_id = records.customer_id and part_paid.invoice_id = records.invoice_id
    where ($currency is null or records.currency = $currency)
),

sums as (
    select
        members.group_type,
        members.group_key,
        records.currency,
        count(distinct records.customer_id) filter (where is_judged) as customer_count,
        count(*) filter (where is_judged) as invoice_count,
        count(*) filter (where is_judged and is_settled) as settled_count,
        count(*) filter (where is_judged and not is_settled) as overdue_count,
        count(*) filter (where is_judged and is_on_time) as on_time_count,
        count(*) filter (where is_judged and is_part_paid) as part_paid_count,
        count(pay_days) as pay_days_count,
        sum(pay_days) as pay_days_sum,
        sum(late_days) filter (where is_judged) as late_days_sum,
        quantile_cont(late_days, 0.5) filter (where is_judged) as median_late_days,
        quantile_cont(late_days, 0.8) filter (where is_judged) as p80_late_days,
        quantile_cont(late_days, 0.9) filter (where is_judged) as p90_late_days,
        quantile_cont(pay_days, 0.5) as median_pay_days,
        quantile_cont(pay_days, 0.8) as p80_pay_days,
        quantile_cont(pay_days, 0.9) as p90_pay_days,
        sum(amount_weight_by_day) as amount_weight_by_day,
        sum(amount_weight) as amount_weight,
        sum(day_number) filter (where is_judged) as x_sum,
        sum(day_number * day_number) filter (where is_judged) as xx_sum,
        sum(day_number * late_days) filter (where is_judged) as xy_sum
    from records
    inner join members on members.customer_id = records.customer_id
    group by members.group_type, members.group_key, records.currency
),

figures as (
    select
        group_type,
        group_key,
        currency,
        customer_count,
        invoice_count,
        settled_count,
        overdue_count,
        on_time_count,
        part_paid_count,
        cast(round(on_time_count::double / nullif(invoice_count, 0)::double, 4) as decimal(18, 4)) as on_time_rate,
        cast(round(part_paid_count::double / nullif(settled_count, 0)::double, 4) as decimal(18, 4)) as part_paid_rate,
        cast(round(late_days_sum::double / nullif(invoice_count, 0)::double, 4) as decimal(18, 4)) as average_late_days,
        cast(round(median_late_days, 4) as decimal(18, 4)) as median_late_days,
        cast(round(p80_late_days, 4) as decimal(18, 4)) as p80_late_days,
        cast(round(p90_late_days, 4) as decimal(18, 4)) as p90_late_days,
        cast(round(amount_weight_by_day::double / nullif(amount_weight, 0)::double, 4) as decimal(18, 4)) as weighted_days_late,
        cast(round(pay_days_sum::double / nullif(pay_days_count, 0)::double, 4) as decimal(18, 4)) as average_days_to_pay,
        cast(round(median_pay_days, 4) as decimal(18, 4)) as median_pay_days,
        cast(round(p80_pay_days, 4) as decimal(18, 4)) as p80_pay_days,
        cast(round(p90_pay_days, 4) as decimal(18, 4)) as p90_pay_days,
        case
            when invoice_count >= 6 then cast(
                round(
                    30 * (invoice_count * xy_sum - x_sum * late_days_sum)::double
                        / nullif(invoice_count * xx_sum - x_sum * x_sum, 0)::double, 4
                ) as decimal(18, 4)
            )
        end as slope_days
    from sums
    where invoice_count > 0
),

quarters as (
    select
        members.group_type,
        members.group_key,
        records.currency,
        count(*) filter (where period = 'quarter') as quarter_invoice_count,
        count(*) filter (where period = 'quarter_before') as quarter_before_invoice_count,
        count(*) filter (where period = 'year_before') as year_before_invoice_count,
        quantile_cont(late_days, 0.5) filter (where period = 'quarter') as quarter_median_days,
        quantile_cont(late_days, 0.5) filter (where period = 'quarter_before') as quarter_before_median_days,
        quantile_cont(late_days, 0.5) filter (where period = 'year_before') as year_before_median_days
    from quarter_records($as_of_on, case when $peers = 'left_out' then $customer_id end) as records
    inner join members on members.customer_id = records.customer_id
    where records.is_judged
        and ($currency is null or records.currency = $currency)
    group by members.group_type, members.group_key, records.currency
),

medians as (
    select
        group_type,
        group_key,
        currency,
        quarter_invoice_count,
        quarter_before_invoice_count,
        year_before_invoice_count,
        case when quarter_invoice_count >= 2 then cast(round(quarter_median_days, 4) as decimal(18, 4)) end as quarter_late_days,
        case when quarter_before_invoice_count >= 2 then cast(round(quarter_before_median_days, 4) as decimal(18, 4)) end
            as quarter_before_late_days,
        case when year_before_invoice_count >= 2 then cast(round(year_before_median_days, 4) as decimal(18, 4)) end
            as year_before_late_days
    from quarters
),

---------- usual day: days on which money came in that settles the customer's invoices, whoever sent it

received as (
    select customer_id, invoice_id, received_on
    from allocations_in_force
    where received_on is not null
        and amount_applied > 0
        and in_force_from_on <= $as_of_on
        and (in_force_until_on is null or in_force_until_on > $as_of_on)
        and ($customer_id is null or customer_id = $customer_id)
        and customer_id in (select customer_id from wanted)
),

money_days as (
    select distinct received.customer_id, invoices.currency, received.received_on
    from received
    inner join invoices
        on invoices.customer_id = received.customer_id
        and invoices.invoice_id = received.invoice_id
        and ($customer_id is null or invoices.customer_id = $customer_id)
    cross join first_days
    where received.received_on between first_days.first_on and $as_of_on
),

month_days as (
    select
        customer_id,
        currency,
        day(received_on - step) as day_number,
        count(*) as hit_count,
        count(*) filter (where step = 0) as exact_count
    from money_days
    cross join (select cast(unnest(generate_series(0, 2)) as integer) as step) as steps
    group by customer_id, currency, day(received_on - step)
),

usual_days as (
    select customer_id, currency, day_number, hit_count
    from month_days
    qualify row_number() over (partition by customer_id, currency order by hit_count desc, exact_count desc, day_number) = 1
),

week_days as (
    select customer_id, currency, isodow(received_on) as weekday_number, count(*) as hit_count
    from money_days
    group by customer_id, currency, isodow(received_on)
),

usual_weekdays as (
    select customer_id, currency, weekday_number, hit_count
    from week_days
    qualify row_number() over (partition by customer_id, currency order by hit_count desc, weekday_number) = 1
),

habits as (
    select
        counted.customer_id,
        counted.currency,
        counted.pay_day_count,
        case when usual_days.hit_count * 2 >= counted.pay_day_count and counted.pay_day_count >= 6 then usual_days.day_number end
            as usual_day_number,
        cast(round(usual_days.hit_count::double / counted.pay_day_count::double, 4) as decimal(18, 4)) as best_day_rate,
        case when usual_weekdays.hit_count * 2 >= counted.pay_day_count and counted.pay_day_count >= 6 then usual_weekdays.weekday_number end
            as usual_weekday_number,
        cast(round(usual_weekdays.hit_count::double / counted.pay_day_count::double, 4) as decimal(18, 4)) as best_weekday_rate
    from (select customer_id, currency, count(*) as pay_day_count from money_days group by customer_id, currency) as counted
    inner join usual_days on usual_days.customer_id = counted.customer_id and usual_days.currency = counted.currency
    inner join usual_weekdays on usual_weekdays.customer_id = counted.customer_id and usual_weekdays.currency = counted.currency
),

---------- together

compared as (
    select
        wanted.customer_id,
        own.currency,
        case
            when segments.customer_count >= 5 then 'segment'
            when everybody.customer_count >= 5 then 'all'
        end as peers_type,
        case when segments.customer_count >= 5 then wanted.segment else '' end as peers_key
    from wanted
    inner join figures as own on own.group_type = 'customer' and own.group_key = wanted.customer_id
    left join figures as segments
        on segments.group_type = 'segment' and segments.group_key = wanted.segment and segments.currency = own.currency
    left join figures as everybody on everybody.group_type = 'all' and everybody.currency = own.currency
),

behaviour as (
    select
        customers.customer_id,
        customers.customer_name,
        own.currency,
        customers.segment,
        compared.peers_type,
        first_days.first_on as from_on,
        own.on_time_rate,
        peers.on_time_rate as peers_on_time_rate,
        own.average_late_days,
        peers.average_late_days as peers_average_late_days,
        own.median_late_days,
        peers.median_late_days as peers_median_late_days,
        own.p80_late_days,
        peers.p80_late_days as peers_p80_late_days,
        own.p90_late_days,
        peers.p90_late_days as peers_p90_late_days,
        own.weighted_days_late,
        peers.weighted_days_late as peers_weighted_late_days,
        own.average_days_to_pay,
        peers.average_days_to_pay as peers_average_pay_days,
        own.median_pay_days,
        peers.median_pay_days as peers_median_pay_days,
        own.p80_pay_days,
        peers.p80_pay_days as peers_p80_pay_days,
        own.p90_pay_days,
        peers.p90_pay_days as peers_p90_pay_days,
        medians.quarter_late_days,
        medians.quarter_before_late_days,
        medians.year_before_late_days,
        medians.quarter_late_days - medians.quarter_before_late_days as changed_late_days,
        medians.quarter_late_days - medians.year_before_late_days as changed_year_late_days,
        peers_medians.quarter_late_days as peers_quarter_late_days,
        peers_medians.quarter_before_late_days as peers_quarter_before_late_days,
        own.slope_days,
        peers.slope_days as peers_slope_days,
        own.part_paid_rate,
        peers.part_paid_rate as peers_part_paid_rate,
        habits.usual_day_number,
        case when habits.usual_day_number is not null then habits.best_day_rate end as usual_day_rate,
        habits.usual_weekday_number,
        case when habits.usual_weekday_number is not null then habits.best_weekday_rate end as usual_weekday_rate,
        coalesce(habits.pay_day_count, 0) as pay_day_count,
        own.invoice_count,
        own.settled_count,
        own.overdue_count,
        own.on_time_count,
        own.part_paid_count,
        coalesce(open_part_paid.open_part_paid_count, 0) as open_part_paid_count,
        coalesce(medians.quarter_invoice_count, 0) as quarter_invoice_count,
        coalesce(medians.quarter_before_invoice_count, 0) as quarter_before_invoice_count,
        coalesce(medians.year_before_invoice_count, 0) as year_before_invoice_count,
        peers.customer_count as peers_customer_count,
        peers.invoice_count as peers_invoice_count
    from wanted
    inner join customers on customers.customer_id = wanted.customer_id
    inner join figures as own on own.group_type = 'customer' and own.group_key = wanted.customer_id
    inner join compared on compared.customer_id = wanted.customer_id and compared.currency = own.currency
    cross join first_days
    left join figures as peers
        on peers.group_type = compared.peers_type and peers.group_key = compared.peers_key and peers.currency = own.currency
    left join medians
        on medians.group_type = 'customer' and medians.group_key = wanted.customer_id and medians.currency = own.currency
    left join medians as peers_medians
        on peers_medians.group_type = compared.peers_type
        and peers_medians.group_key = compared.peers_key
        and peers_medians.currency = own.currency
    left join habits on habits.customer_id = wanted.customer_id and habits.currency = own.currency
    left join open_part_paid on open_part_paid.customer_id = wanted.customer_id and open_part_paid.currency = own.currency
    order by own.invoice_count desc, customers.customer_name, customers.customer_id, own.currency
)

select * from behaviour
