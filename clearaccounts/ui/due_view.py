"""When goals of service levels run out: the next ones of all cases, and those of one case."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.support import levels
from clearaccounts.support.moments import day_end
from clearaccounts.text import N_, Language
from clearaccounts.ui import controls, tables, url, words
from clearaccounts.ui.ageing_view import Shown
from clearaccounts.ui.levels_view import GOALS_SAID, Look, worded
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

BREACHING_SAID = N_(
    "What is open and comes to the end of its goal. Seen from the newest instant on record of the chosen day; a day that is over is "
    "seen from its end. While a case waits on the customer its clock stands still: it is listed if its goal would run out should the "
    "customer answer at once.")
HORIZONS = {"today": N_("Today"), "3_days": N_("3 days"), "week": N_("A week")}
_MORE_DAYS = {"today": 0, "3_days": 2, "week": 6}
BREACHING_COLUMNS = (
    Column("customer_name", N_("Customer"), width=150),
    Column("severity", N_("Severity"), width=66),
    Column("goal_said", N_("Goal"), width=118),
    Column("left_minutes", N_("Minutes left"), "number", 112, help=N_("By the clock that counts for this goal.")),
    Column("due_said", N_("Runs out, UTC"), width=140),
    Column("title", N_("Case"), width=190),
    Column("offer_name", N_("Support offer")),
    Column("clock_said", N_("Clock"), width=120),
    Column("assignee", N_("Assignee")),
    Column("case_id", N_("Case id")),
)
ONE_CASE_COLUMNS = (
    Column("goal_said", N_("Goal")),
    Column("status_said", N_("State"), width=100),
    Column("elapsed_minutes", N_("Minutes taken"), "number", help=N_("So far, if it still runs; by the clock that counts for this goal.")),
    Column("goal_minutes", N_("Minutes given"), "number"),
    Column("due_said", N_("Runs out, UTC"), width=140),
    Column("done_at", N_("Done, UTC"), "moment"),
    Column("clock_said", N_("Clock")),
    Column("offer_name", N_("Support offer")),
)


def choose_horizon() -> str:
    """How far ahead to look; the address keeps it."""
    translate = words.language().gettext
    return url.segments(translate(N_("Look ahead")), {name: translate(title) for name, title in HORIZONS.items()}, "horizon")


def breaching(seen: Look, horizon: str) -> Shown:
    """One page of what runs out up to the end of `horizon`, the soonest first."""
    language = words.language()
    translate = language.gettext
    # By the calendar: a day on which clocks change has 23 or 25 hours.
    zone = ZoneInfo(seen.warehouse.build.time_zone)
    after_on = seen.moment.until_at.replace(tzinfo=UTC).astimezone(zone).date()
    until_at = day_end(after_on + timedelta(days=_MORE_DAYS[horizon] - 1), zone)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = levels.BreachingFilter(seen.moment.at, until_at, seen.clock, row_limit=limit, row_offset=offset)
        return _due_said(worded(levels.breaching(seen.warehouse, wanted, seen.viewer), language), language)

    label = translate(N_("Goals that run out before {moment} UTC")).format(moment=language.moment(until_at))
    return Shown(tables.paged(fetch, "due_page"), BREACHING_COLUMNS, label,
                 N_("No goal runs out by then: nothing open comes to its end. Look further ahead."))


def of_case(warehouse: Warehouse, case_id: str, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The service levels of one case, seen from the moment of the chosen day; none of one that was withdrawn."""
    language = words.language()
    at = levels.moment(warehouse, levels.DayFilter(chosen.as_of_on), viewer).at
    found = worded(levels.of_case(warehouse, levels.CaseLevelsFilter(case_id, at), viewer), language)
    if found.num_rows:
        title = language.gettext(N_("Service levels"))
        st.subheader(title, anchor=False, help=language.gettext(GOALS_SAID))
        tables.show(_due_said(found, language), ONE_CASE_COLUMNS, key="case_levels", alt=title)
        st.caption(words.plain(language.gettext(N_("As known on {moment} UTC")).format(moment=language.moment(at))))


def _due_said(table: pa.Table, language: Language) -> pa.Table:
    """The table with when each goal that runs is over, or that its clock stands still."""
    paused = language.gettext(N_("Paused: waits on the customer"))
    said = [
        language.moment(at) if at else paused if is_paused else None
        for at, is_paused in zip(table["due_at"].to_pylist(), table["is_paused"].to_pylist(), strict=True)
    ]
    return table.append_column("due_said", pa.array(said, pa.string()))
