-- Key figures of receivables for a period, all currencies together in company currency at booked rates.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period; the state is as of its end.
--
-- Each document at its booked rate, rounded, then added up; receivables/kpis_without_rate tells what has no rate and stays out.
with

kpis_company as (
    select
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
    from key_figures([$from_on], [$to_on], null, $viewer_agent, $company_currency)
)

select * from kpis_company
