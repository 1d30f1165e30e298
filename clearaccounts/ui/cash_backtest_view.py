"""How well the forecast of expected cash does: one sentence that is always there, and the tables behind it."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from clearaccounts import cash
from clearaccounts.cash import METHODS, Verdict
from clearaccounts.text import N_, Language
from clearaccounts.ui import tables, words
from clearaccounts.ui.cash_view import Outlook
from clearaccounts.ui.kept import Kept
from clearaccounts.ui.tables import Column

METHOD_COLUMNS = (
    Column("method", N_("Method"), width="large"),
    Column("mean_absolute_error_days", N_("Days off, mean"), "figure",
           help=N_("Mean absolute error: how far said and paid day lie apart.")),
    Column("median_error_days", N_("Days off, middle"), "figure", help=N_("Signed: positive is paid later than said.")),
    Column("within_week_rate", N_("Within 7 days"), "share"),
    Column("in_range_rate", N_("Inside its range"), "share", help=N_("The range is meant to hold 80%.")),
    Column("item_count", N_("Items paid"), "number"),
)
AHEAD_COLUMNS = (
    Column("ahead_days", N_("Days ahead"), "number"),
    Column("mean_absolute_error_rate", N_("Sum off by, share of what was open"), "share"),
    Column("in_range_rate", N_("Sum inside the band"), "share", help=N_("The band is meant to hold 80%.")),
    Column("below_range_rate", N_("Less than the band"), "share", help=N_("Less was paid than the low end said: meant to be 10%.")),
    Column("sum_count", N_("Sums"), "number"),
)


def verdict_words(outlook: Outlook, language: Language) -> str:
    """What the back-test says of the forecast, in one sentence."""
    return said_of(cash.verdict(backtests(outlook)[0]), language)


def said_of(found: Verdict, language: Language) -> str:
    """The sentence: too little to measure, nearer than all simple rules, or which ones it does not beat."""
    translate = language.gettext
    if not found.is_enough:
        return translate(N_(
            "How good these days are cannot be said yet: measured are {count} paid items, and it takes {fewest}, open at an end of "
            "month whose 13 weeks are over.")).format(count=language.number(found.item_count), fewest=language.number(cash.FEWEST_ITEMS))
    measured = translate(N_(
        "Measured on {count} predictions at {cutoffs} past month ends: {days} days off on average, {share} inside the range of 80%.")
    ).format(
        cutoffs=language.number(found.cutoff_count), count=language.number(found.item_count),
        days=language.number(found.mean_absolute_error_days, 1), share=language.percent(found.in_range_rate))
    if found.beats_all:
        compared = translate(N_("That is nearer than all three simple rules."))
    else:
        rules = ", ".join(f"“{translate(METHODS[method])}”" for method in found.unbeaten)
        compared = translate(N_("That is not nearer than {rules}: take these days with care.")).format(rules=rules)
    return f"{measured} {compared}"


def band_words(outlook: Outlook, language: Language) -> str:
    """What the line and the band are, and how often sums of the past lay inside."""
    translate = language.gettext
    said = translate(N_("Line: every item on its expected day. Band: range of 80%, if customers pay as they did, each for itself."))
    shares = [row["in_range_rate"] for row in backtests(outlook)[1].to_pylist()]
    if not shares or not cash.verdict(backtests(outlook)[0]).is_enough:
        return said
    measured = translate(N_("In the past {fewest} to {most} of the sums lay inside, by how far ahead they were."))
    return f"{said} {measured.format(fewest=language.percent(min(shares)), most=language.percent(max(shares)))}"


# The two back-tests of a day: small, and the slowest of the page.
_BACKTESTS: Kept[tuple[pa.Table, pa.Table]] = Kept(100)


def backtests(outlook: Outlook) -> tuple[pa.Table, pa.Table]:
    """The rows by method and by days ahead."""
    warehouse, viewer, day = outlook.warehouse, outlook.viewer, outlook.chosen.as_of_on
    wanted = cash.DayFilter(day)
    return _BACKTESTS.get(warehouse, viewer, day, lambda: (
        cash.backtest(warehouse, wanted, viewer), cash.backtest_weeks(warehouse, wanted, viewer)))


def how_well(outlook: Outlook) -> None:
    """The back-test: methods beside each other, and sums by days ahead."""
    language = words.language()
    translate = language.gettext
    by_method, by_days = backtests(outlook)
    if by_method.num_rows == 0:
        return
    named = [translate(METHODS[method]) for method in by_method["method"].to_pylist()]
    shown = by_method.set_column(by_method.column_names.index("method"), "method", pa.array(named, pa.string()))
    tables.show(shown, METHOD_COLUMNS, key="methods", alt=translate(N_("Methods beside each other")))
    own = by_method.to_pylist()[0]
    st.caption(words.plain(translate(N_(
        "Not among them: {open} times an item that is still open (outside the range once it is over), {unpaid} that ended "
        "without a payment, {no_day} for which no day could be told.")).format(
        open=language.number(own["still_open_count"]), unpaid=language.number(own["unpaid_count"]),
        no_day=language.number(own["no_day_count"]))))
    tables.show(by_days, AHEAD_COLUMNS, key="ahead", alt=translate(N_("Sums by days ahead")))
    st.caption(words.plain(translate(N_("The sums behind the line and its band, at the same past days, in each currency."))))
