"""Microsoft's own response targets on the service-levels page: how far they were met, and the requests behind that."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from clearaccounts.escalations import responses
from clearaccounts.escalations.responses import RESPONSE_STATUSES, ResponseLevelsFilter, ResponseRequestsFilter
from clearaccounts.text import N_
from clearaccounts.ui import charts_levels, levels_view, tables, theme, words
from clearaccounts.ui.ageing_view import Shown
from clearaccounts.ui.charts_levels import Level
from clearaccounts.ui.levels_view import SEVERITIES, Look
from clearaccounts.ui.tables import Column

SEVERITY, STATE = "request_severity", "request_state"  # the names in the address
SAID = N_(
    "Requests do not say when Microsoft first answered. The first event of the case after the request was opened, unless it is an "
    "escalation or the customer's, tells by when, and so does the closing: within the target it is met. Later than that the answer is"
    " not known and it is no breach, unless that event is Microsoft's own (actor microsoft). For commercial requests no target is "
    "published.")
REQUEST_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Request"), width="medium"),
    Column("severity", N_("Severity"), width=70),
    Column("status_said", N_("State"), width=110),
    Column("elapsed_minutes", N_("Minutes taken"), "number",
           help=N_("To the first event that answers or the closing; so far, if there is neither.")),
    Column("goal_minutes", N_("Minutes given"), "number"),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("answered_at", N_("Answered, UTC"), "moment"),
    Column("closed_at", N_("Closed, UTC"), "moment"),
    Column("service_request_id", N_("Request id")),
    Column("case_id", N_("Case id")),
)


def chart(seen: Look) -> bool:
    """The states of the requests by severity; a click keeps the list to its requests. False if there is none."""
    language = words.language()
    wanted = ResponseLevelsFilter(seen.moment.at, seen.from_on, seen.to_on)
    rows = responses.response_levels(seen.warehouse, wanted, seen.viewer).to_pylist()
    if not rows:
        return False
    bars = [
        Level(
            f"{language.gettext(N_('Severity'))} {row['severity']}" if row["severity"] else language.gettext(N_("No severity")),
            (row["severity"] or "none",), {state: row[f"{state}_count"] for state in RESPONSE_STATUSES}, row["attainment_rate"],
        )
        for row in rows
    ]
    states = {state: language.gettext(title) for state, title in RESPONSE_STATUSES.items()}
    figure = charts_levels.levels(bars, states, {"state": st.session_state.get(STATE)}, language, theme.palette())
    levels_view.draw_chart(figure, "response_chart", (SEVERITY, STATE), "microsoft", charts_levels.levels_alt(bars, states, language))
    return True


def requests(seen: Look) -> tuple[Shown, list[str]]:
    """One page of the requests behind it, kept to what the controls say, and that in words."""
    language = words.language()
    translate = language.gettext
    state = levels_view.choose(N_("State"), RESPONSE_STATUSES, STATE)
    severity = levels_view.choose(N_("Severity"), SEVERITIES, SEVERITY)

    def fetch(limit: int | None, offset: int) -> pa.Table:
        wanted = ResponseRequestsFilter(seen.moment.at, seen.from_on, seen.to_on, severity, state, limit, offset)
        table = responses.response_requests(seen.warehouse, wanted, seen.viewer)
        said = [translate(RESPONSE_STATUSES[code]) for code in table["response_status"].to_pylist()]
        return table.append_column("status_said", pa.array(said, pa.string()))

    shown = Shown(tables.paged(fetch, "page"), REQUEST_COLUMNS, translate(N_("Requests to Microsoft and their response targets")),
                  N_("No request of this period matches. Choose another state or period."))
    kept = [translate(RESPONSE_STATUSES[state])] if state else []
    return shown, [*kept, *levels_view.severity_words(severity, language)]
