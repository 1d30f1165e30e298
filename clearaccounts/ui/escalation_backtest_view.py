"""How well the projections of support plans did: in words, with their formula, and each of them one by one."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.escalations import projection
from clearaccounts.text import N_, Language
from clearaccounts.ui import controls, messages, tables, words
from clearaccounts.ui.escalations_view import Narrowed
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

OUTCOMES = {
    "ran_out": N_("Ran out"), "lasted": N_("Lasted to the end"), "not_yet": N_("Still running"), "before": N_("Had run out before"),
}
HORIZON_COLUMNS = (
    Column("horizon_words", N_("Looked ahead")),
    Column("test_count", N_("Projections"), "number"),
    Column("plan_count", N_("Plans"), "number"),
    Column("mean_absolute_error_share", N_("Use off by"), "share", help=N_("Mean of |used - projected| / entitled")),
    Column("mean_error_share", N_("More used than projected, mean"), "share", help=N_("Mean of (used - projected) / entitled")),
    Column("use_in_range_rate", N_("Use inside its range"), "share", help=N_("The range is meant to hold 80%.")),
    Column("run_out_count", N_("Ran out since"), "number"),
    Column("mean_absolute_error_days", N_("Run-out day off by, days"), "figure"),
    Column("day_in_range_rate", N_("Run-out inside its range"), "share", help=N_("Of the projections of which that is known")),
    Column("false_alarm_count", N_("Said it would run out, lasted"), "number"),
    Column("missed_count", N_("Said it would last, ran out"), "number"),
)
TEST_COLUMNS = (
    Column("cutoff_on", N_("Projected at the end of"), "day"),
    Column("support_plan_id", N_("Plan")),
    Column("known_on", N_("Held against"), "day"),
    Column("entitled_quantity", N_("Entitled"), "figure"),
    Column("used_quantity", N_("Used by then"), "figure"),
    Column("projected_quantity", N_("Projected use"), "figure"),
    Column("lowest_quantity", N_("At least"), "figure"),
    Column("highest_quantity", N_("At most"), "figure"),
    Column("actual_quantity", N_("Used in fact"), "figure"),
    Column("error_share", N_("Off by, of the entitlement"), "share"),
    Column("is_use_in_range", N_("In range"), "flag"),
    Column("runs_out_on", N_("Projected run-out"), "day"),
    Column("actual_run_out_on", N_("Ran out in fact"), "day"),
    Column("error_days", N_("Days later"), "number"),
    Column("outcome_words", N_("What happened")),
)
METHOD = N_(
    "Method: use S in t elapsed days, each request using X: rate S / t, variance V = sum of X x X / t a day. In u days the use grows by "
    "u x S / t, give or take 1.2816 x sqrt(V x u + V x u x u / t): 80% if requests come at random. At each past month end only what was "
    "known then counts; hours of requests still open then are taken at the mean of the closed ones.")


def draw(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, kept: Narrowed, *, caption: str, actions: Any) -> None:
    """The sentence, the formula, the sums by distance, and the projections behind them."""
    language = words.language()
    translate = language.gettext
    sums = projection.backtest(warehouse, projection.BacktestFilter(chosen.as_of_on), viewer)
    if sums.num_rows == 0:
        messages.empty(translate(N_(
            "How good the projections are cannot be said yet: it takes a plan with an entitlement, three requests that used something by "
            "the end of a month, and a later day to hold it against.")))
        return
    st.text(said_of(sums.to_pylist()[0], language))
    st.caption(words.plain(translate(METHOD)))
    horizons = [_horizon(name, language) for name in sums["horizon"].to_pylist()]
    tables.show(sums.append_column("horizon_words", pa.array(horizons, pa.string())), HORIZON_COLUMNS, key="horizons",
                alt=translate(N_("Error of the projections by how far ahead they looked")))

    def fetch(limit: int | None, offset: int) -> pa.Table:
        rows = projection.projections(warehouse, projection.ProjectionsFilter(chosen.as_of_on, kept.support_plan_id, limit, offset), viewer)
        said = [translate(OUTCOMES[one]) for one in rows["outcome"].to_pylist()]
        return rows.append_column("outcome_words", pa.array(said, pa.string()))
    found = tables.paged(fetch, "page")
    label = translate(N_("Projections at past month ends"))
    if found.rows.num_rows == 0:
        messages.empty(translate(N_("Nothing was projected of this plan: it has no entitlement, or was used less than three times.")))
        return
    with actions:
        tables.download(found, TEST_COLUMNS, caption=tables.captioned(label, caption, kept.support_plan_id), stem="projections")
    tables.show(found.rows, TEST_COLUMNS, key="projections", alt=label)
    tables.pager(found, "page")


def said_of(total: dict[str, Any], language: Language) -> str:
    """What the back-test says of the projections, in a sentence or two."""
    translate = language.gettext
    said = [translate(N_(
        "{count} projections of {plans} plans at past month ends: use was off by {error} of the entitlement on average, and lay inside its "
        "range {held} of the time; 80% is what the range promises.")).format(
        count=language.number(total["test_count"]), plans=language.number(total["plan_count"]),
        error=language.percent(total["mean_absolute_error_share"]) or "–", held=language.percent(total["use_in_range_rate"]))]
    bias = total["mean_error_share"]
    if bias:
        # Said in so many words: an error to one side is no chance that evens out.
        said.append(translate(N_("Less was used than projected, by {error} of the entitlement on average.") if bias < 0 else N_(
            "More was used than projected, by {error} of the entitlement on average.")).format(error=language.percent(abs(bias))))
    if total["mean_absolute_error_days"] is not None:
        said.append(translate(N_(
            "Where the entitlement ran out, the projected day was {days} days off on average ({count} projections).")).format(
            days=language.number(total["mean_absolute_error_days"], 1), count=language.number(total["run_out_count"])))
    if total["day_in_range_rate"] is not None:
        said.append(translate(N_(
            "The range of days held {held} of the time; {alarms} times a run-out was projected and did not come, {missed} times one came "
            "that was not.")).format(
            held=language.percent(total["day_in_range_rate"]), alarms=language.number(total["false_alarm_count"]),
            missed=language.number(total["missed_count"])))
    return " ".join(said)


def _horizon(name: str, language: Language) -> str:
    if name == "all":
        return language.gettext(N_("All projections"))
    return language.gettext(N_("{days} days")).format(days=name.replace("-", "–"))
