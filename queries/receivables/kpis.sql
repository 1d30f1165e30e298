-- Key figures of receivables for a period.
-- Grain: one row per currency.
-- Permission: view_receivables
-- Parameter from_on date: first day of the period.
-- Parameter to_on date: last day of the period; the state is as of its end.
-- Parameter currency text = null: ISO 4217; all when left out.
--
-- A figure is null where its divisor is 0. The formulas are in macros/key_figures.sql.
with

kpis as (
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
        weighted_days_late
    from key_figures([$from_on], [$to_on], $currency, $viewer_agent, null)
    order by currency
)

select * from kpis
