-- Key figures of receivables for a period with everything that they are made of, of one currency or in the company's.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period; the state is as of its end.
-- Parameter currency text = null: ISO 4217; all documents in company currency at booked rates when left out.
--
-- The formulas are in macros/key_figures.sql; receivables/kpi_documents lists the documents behind each amount.
with

key_figures as (
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
        written_off_rate,
        amount_closing - amount_closing_current as amount_closing_overdue,
        period_days,
        paid_invoice_count,
        total_pay_days,
        amount_weight,
        amount_weight_by_days
    from key_figures([$from_on], [$to_on], $currency, $viewer_agent, case when $currency is null then $company_currency end)
)

select * from key_figures
