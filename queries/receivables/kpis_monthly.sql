-- Key figures of receivables month by month.
-- Grain: one row per month_on, currency.
-- Permission: view_receivables
-- Parameter as_of_on date: last day of the newest month, which may be under way; the months before are whole.
-- Parameter month_count integer = 24: how many months.
-- Parameter currency text = null: ISO 4217; all when left out.
--
-- month_on is the last day seen of the month. The figures of a month are those of receivables/kpis for its days.
with

kpis_monthly as (
    select
        to_on as month_on,
        currency,
        amount_opening,
        amount_sales,
        amount_closing,
        amount_closing_current,
        amount_unapplied,
        amount_written_off,
        dso_days,
        dso_countback_days,
        best_possible_dso_days,
        average_days_delinquent,
        collection_effectiveness_index,
        average_days_to_pay,
        weighted_days_late,
        current_rate,
        receivables_turnover,
        written_off_rate
    from key_figures(
        list_transform(
            range($month_count), lambda step: cast(date_trunc('month', $as_of_on - to_months(cast(step as integer))) as date)
        ),
        list_transform(
            range($month_count),
            lambda step: case
                when step = 0 then $as_of_on
                else last_day(cast(date_trunc('month', $as_of_on - to_months(cast(step as integer))) as date))
            end
        ),
        $currency, $viewer_agent, null
    )
    order by month_on, currency
)

select * from kpis_monthly
