"""The figures by group of the escalations page, their bars and tables, and the requests and cases behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clearaccounts.access import Viewer
from clearaccounts.escalations import rates
from clearaccounts.escalations.rates import CaseRateFilter, GroupsFilter, MismatchFilter, RateCasesFilter, RateRequestsFilter, SharesFilter
from clearaccounts.escalations.vehicles import VEHICLES
from clearaccounts.text import N_, Language
from clearaccounts.ui import case_view, controls, labels, messages, registry, tables, words
from clearaccounts.ui.charts_rates import Bar
from clearaccounts.ui.tables import Column, Paged
from clearaccounts.warehouse import Warehouse

# In the chart; all of them are in the table.
MOST_BARS = 8
NOT_GIVEN = N_("Not given")
NO_CASE = N_("No case, or not given")
NEVER_SENT = N_("Not sent to Microsoft")
_MINUTES_AN_HOUR = 60


@dataclass(frozen=True)
class View:
    """One figure by group: its name, what its bars show, its formula, the cases behind it, what to say when there is nothing.

    `figure` is that of `RateCasesFilter`; None where requests stand behind it.
    """

    title: str
    bars: str
    formula: str
    figure: str | None
    why_empty: str


@dataclass(frozen=True)
class Seen:
    """What the figures are about: a span of days, for a viewer; `caption` says the page's filter in words."""

    warehouse: Warehouse
    viewer: Viewer
    span: CaseRateFilter
    caption: str

    @property
    def days(self) -> str:
        """The span in words."""
        language = words.language()
        return f"{language.day(self.span.from_on)} – {language.day(self.span.to_on)}"


_NONE = N_("There is none in this time. Choose another month or a longer period.")
VIEWS = {
    "requests": View(
        N_("Requests"), N_("Requests to Microsoft by group"),
        N_("Share = requests of the group / all requests. Per 100 = requests opened in the time / cases opened in it × 100; a request may "
           "be of an older case."), None, _NONE),
    "cases": View(
        N_("Cases escalated"), N_("Share of cases escalated by group"),
        N_("Escalated = cases opened in the time that a request names or an event calls escalated, by its end; share = these / cases."),
        "escalated", _NONE),
    "reopened": View(
        N_("Reopened"), N_("Share of cases opened again by group"),
        N_("Cases resolved or closed in the time, and the share of them opened again by its end. By row: without events, where a reopening "
           "may be missing."), "reopened", _NONE),
    "time": View(
        N_("Time to escalate"), N_("Median hours from opening to the first escalation, by group"),
        N_("Cases first escalated in the time, from opening to the first request or escalation; percentiles are continuous."),
        "first_escalated", _NONE),
    "kinds": View(N_("Commercial or technical"), "", "", None,
                  N_("Every request of this time went through a vehicle that covers its case, as far as that is known.")),
}
_FIGURES: dict[str, tuple[Column, ...]] = {
    "requests": (
        Column("request_count", N_("Requests"), "number"),
        Column("request_rate", N_("Share of requests"), "share"),
        Column("case_count", N_("Cases"), "number"),
        Column("requests_per_100_cases", N_("Per 100 cases"), "figure"),
    ),
    "cases": (
        Column("case_count", N_("Cases"), "number"),
        Column("escalated_case_count", N_("Escalated"), "number"),
        Column("escalated_rate", N_("Share escalated"), "share"),
    ),
    "reopened": (
        Column("finished_case_count", N_("Resolved or closed"), "number"),
        Column("reopened_case_count", N_("Reopened"), "number"),
        Column("reopened_rate", N_("Share reopened"), "share"),
        Column("row_case_count", N_("By row"), "number"),
    ),
    "time": (
        Column("case_count", N_("Cases"), "number"),
        Column("hours_p50", N_("Median, hours"), "figure"),
        Column("hours_p90", N_("90 % within, hours"), "figure"),
        Column("business_hours_p50", N_("Median, working hours"), "figure", help=N_("Of the partner's working time.")),
        Column("business_hours_p90", N_("90 % within, working hours"), "figure"),
        Column("undated_case_count", N_("Not dated"), "number", help=N_("Escalated by their row, which does not say since when.")),
    ),
}
KIND_COLUMNS = (
    Column("vehicle_type", N_("Vehicle for"), "label"),
    Column("support_type", N_("Support type of the case"), "label", missing=N_("No case, or not known")),
    Column("request_count", N_("Requests"), "number"),
    Column("mismatched_count", N_("Does not fit"), "number", help=N_("The vehicle does not cover the case's support type or platform.")),
)
REQUEST_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Request"), width="medium"),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("severity", N_("Severity"), width="small"),
    Column("case_category", N_("Category")),
    Column("support_type", N_("Support type"), "label"),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("case_id", N_("Case id")),
    Column("service_request_id", N_("Request id")),
)
MISMATCH_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Request"), width="medium"),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("mismatch_type", N_("Why it does not fit"), "label"),
    Column("support_type", N_("Support type"), "label"),
    Column("product_name", N_("Product")),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("case_id", N_("Case id")),
    Column("service_request_id", N_("Request id")),
)
CASE_COLUMNS = (
    Column("customer_name", N_("Customer"), width="medium"),
    Column("title", N_("Case"), width="medium"),
    Column("severity", N_("Severity"), width="small"),
    Column("case_category", N_("Category")),
    Column("is_escalated", N_("Escalated"), "flag", "small"),
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("opened_at", N_("Opened, UTC"), "moment"),
    Column("escalated_at", N_("Escalated, UTC"), "moment"),
    Column("reopened_at", N_("Reopened, UTC"), "moment"),
    Column("assignee", N_("Assignee")),
    Column("case_id", N_("Case id")),
)


def hours(minutes: float | None, language: Language) -> str:
    """Minutes as hours: `68.5 h`; empty when there are none."""
    if minutes is None:
        return ""
    return language.gettext(N_("{count} h")).format(count=language.number(minutes / _MINUTES_AN_HOUR, 1))


def grouped(seen: Seen, view: str, by: str) -> pa.Table:
    """One row per group of the figure."""
    warehouse, span, viewer = seen.warehouse, seen.span, seen.viewer
    shares = SharesFilter(span.from_on, span.to_on, by)
    match view:
        case "reopened":
            return rates.reopened(warehouse, shares, viewer)
        case "time":
            found = rates.time_to_escalate(warehouse, shares, viewer)
            for name in ("p50", "p90"):
                for clock in ("", "business_"):
                    found = found.append_column(
                        f"{clock}hours_{name}", pc.divide(found[f"{clock}minutes_{name}"], float(_MINUTES_AN_HOUR)))
            return found
        case _:
            return rates.groups(warehouse, GroupsFilter(span.from_on, span.to_on, by), viewer)


def _code(value: str | None) -> str:
    """A group in an address: `=Azure`, or `-` for the one without a value."""
    return "-" if value is None else f"={value}"


def _value(code: str) -> str | None:
    return None if code == "-" else code[1:]


def _name(row: dict[str, Any], by: str, language: Language) -> str:
    """What a group is called."""
    value = row["dimension_value"]
    if value is None:
        return language.gettext(_missing(by))
    if by == "vehicle":
        return language.gettext(VEHICLES.get(value, value))
    return labels.title(value, language) if by == "support_type" else str(row["dimension_name"])


def _missing(by: str) -> str:
    return NEVER_SENT if by == "vehicle" else NO_CASE


def options(table: pa.Table, by: str, language: Language) -> dict[str, str]:
    """The groups that a list can be narrowed to: code -> name, in the order of the table."""
    return {_code(row["dimension_value"]): _name(row, by, language) for row in table.to_pylist()}


def columns(view: str, by: str) -> tuple[Column, ...]:
    """The group, then its figures."""
    kind: Any = {"vehicle": "vehicle", "support_type": "label"}.get(by, "text")
    return (Column("dimension_name", rates.DIMENSIONS[by], kind, "medium", missing=_missing(by)), *_FIGURES[view])


def bars(table: pa.Table, view: str, by: str, language: Language) -> list[Bar]:
    """A bar for each group with something to show, in the order of the table."""
    found = []
    for row in table.to_pylist():
        match view:
            case "requests":
                value, label = row["request_count"], language.number(row["request_count"])
            case "cases":
                value = row["escalated_rate"] if row["escalated_case_count"] else None
                label = f"{language.percent(value)} ({language.number(row['escalated_case_count'])}/{language.number(row['case_count'])})"
            case "reopened":
                value = row["reopened_rate"] if row["reopened_case_count"] else None
                label = (f"{language.percent(value, 1)} "
                         f"({language.number(row['reopened_case_count'])}/{language.number(row['finished_case_count'])})")
            case _:
                value, label = row["minutes_p50"], hours(row["minutes_p50"], language)
        if value:
            found.append(Bar(_code(row["dimension_value"]), _name(row, by, language), float(value), label))
    return found


def kinds(seen: Seen, language: Language) -> None:
    """Commercial against technical: requests by the kind of their vehicle and the support type of their case."""
    tables.show(rates.request_types(seen.warehouse, seen.span, seen.viewer), KIND_COLUMNS, key="rate_kinds",
                alt=language.gettext(N_("Requests by kind of vehicle and support type")), visible_rows=6)
    st.caption(words.plain(language.gettext(N_(
        "A vehicle is technical if the rules of support let it take on technical cases. Below: requests whose vehicle does not cover their "
        "case, such as a question about a bill sent through a paid technical plan."))))


def listed(seen: Seen, view: str, by: str | None, group: str | None, actions: DeltaGenerator) -> None:
    """The requests or cases behind the figure, of the chosen group or all, with their download; a row opens its case or customer."""
    language = words.language()
    translate = language.gettext
    page, shown, title = _behind(seen, view, by if group else None, _value(group) if group else None)
    if page.rows.num_rows == 0:
        messages.empty(translate(VIEWS[view].why_empty))
        return
    with actions:
        narrowed = f"{translate(rates.DIMENSIONS[by])}: {_named(group, by, language)}" if by and group else None
        said = tables.captioned(translate(title), seen.caption, seen.days, narrowed)
        tables.download(page, shown, caption=said, stem=f"case-rate-{view}")
    picked = tables.show(page.rows, shown, key=f"rate_list_{view}", alt=translate(title), selectable=True, visible_rows=10)
    tables.pager(page, "rate_page")
    if picked:
        _open(picked)


def _named(group: str, by: str, language: Language) -> str:
    value = _value(group)
    return _name({"dimension_value": value, "dimension_name": value}, by, language)


def _open(row: dict[str, Any]) -> None:
    """Where a row leads: to its case, or without one to its customer."""
    if row["case_id"]:
        case_view.follow(row["case_id"], registry.ESCALATIONS)
    if row["customer_id"]:
        tables.let_go()
        st.switch_page(registry.ACCOUNT.path, query_params=controls.link(registry.ACCOUNT, customer_id=row["customer_id"]))


def _behind(seen: Seen, view: str, by: str | None, value: str | None) -> tuple[Paged, Sequence[Column], str]:
    """One page of the rows behind a figure, their columns and what they are."""
    warehouse, span, viewer = seen.warehouse, seen.span, seen.viewer

    def requests(limit: int | None, offset: int) -> pa.Table:
        wanted = RateRequestsFilter(span.from_on, span.to_on, by, value, row_limit=limit, row_offset=offset)
        return rates.requests_behind(warehouse, wanted, viewer)

    def mismatched(limit: int | None, offset: int) -> pa.Table:
        return rates.mismatched(warehouse, MismatchFilter(span.from_on, span.to_on, limit, offset), viewer)

    def cases(limit: int | None, offset: int) -> pa.Table:
        wanted = RateCasesFilter(span.from_on, span.to_on, VIEWS[view].figure or "opened", by, value, limit, offset)
        return rates.cases_behind(warehouse, wanted, viewer)

    match view:
        case "requests":
            return tables.paged(requests, "rate_page"), REQUEST_COLUMNS, N_("Requests behind the case rate")
        case "kinds":
            return tables.paged(mismatched, "rate_page"), MISMATCH_COLUMNS, N_("Requests whose vehicle does not fit")
        case _:
            return tables.paged(cases, "rate_page"), CASE_COLUMNS, VIEWS[view].title
