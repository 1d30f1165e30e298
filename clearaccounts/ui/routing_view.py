"""Routing help on a page: which ways to Microsoft fit a case, or what somebody types in, what each would use, and what would be left.

It sends nothing and decides nothing. Where the support type or the platform is not known it says so, and shows what each
answer would mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.escalations import routes
from clearaccounts.escalations.routes import RoutesByHandFilter, RoutesFilter
from clearaccounts.escalations.vehicles import VEHICLES
from clearaccounts.support.rules import PLATFORMS, SEVERITIES, SUPPORT_TYPES
from clearaccounts.text import N_, Language
from clearaccounts.ui import controls, labels, messages, tables, url, words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

ANSWER, TYPE, PLATFORM, SEVERITY = "route_answer", "route_type", "route_platform", "route_severity"
COLUMNS = (
    Column("support_vehicle", N_("Vehicle"), "vehicle"),
    Column("support_plan_id", N_("Plan"), missing=N_("None")),
    Column("is_fitting", N_("Fits"), "flag", 60),
    Column("why_not", N_("Why not"), width="medium"),
    Column("would_use", N_("Would use"), width="medium"),
    Column("left_quantity", N_("Left"), "figure", 80),
    Column("left_after_quantity", N_("Left after"), "figure", 90),
    Column("ends_on", N_("Ends"), "day"),
    Column("plan_state", N_("The plan"), width="large"),
)
ANSWER_COLUMNS = (
    Column("support_type", N_("Support type"), "label"),
    Column("platform", N_("Platform"), "label"),
    Column("fitting", N_("What fits, in this order"), width="large"),
)
NOT_DECIDED = N_("This is help, not a decision: a person decides, and nothing is sent to Microsoft from here.")
ORDER_SAID = N_(
    "What fits comes first; of that, what has not run out, then what is free, what is unlimited, and what has the largest share of its "
    "entitlement left. Scopes come from the rules of support, entitlements from the support plans.")


def for_case(warehouse: Warehouse, case_id: str, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The ways for a case, as of the end of the chosen day."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("Ways to Microsoft")), anchor=False, help=translate(ORDER_SAID))
    found = routes.for_case(warehouse, RoutesFilter(case_id, chosen.as_of_on), viewer)
    if found.num_rows == 0:
        messages.empty(translate(N_("No support vehicle is known. Import support_plans, or name the vehicles in the rules of support.")))
        return
    first = found.slice(0, 1).to_pylist()[0]
    for is_known, sentence in (
        (first["is_support_type_known"], N_("Nobody wrote down which support type this case is of: choose what it is, or compare.")),
        (first["is_platform_known"], N_(
            "It is not known whether this case is about the cloud or on-premises software, since no product or no known one is named: "
            "choose what it is, or compare.")),
    ):
        if not is_known:
            st.text(translate(sentence))
    _ways(found, language)


def by_hand(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer) -> None:
    """The ways for a support type, platform and severity that somebody chooses."""
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(translate(N_("Which way to Microsoft")), anchor=False, width="content", help=translate(ORDER_SAID))
        support_type = _chosen(N_("Support type"), SUPPORT_TYPES, TYPE, language)
        platform = _chosen(N_("Platform"), PLATFORMS, PLATFORM, language)
        url.seed(SEVERITY, ["", *SEVERITIES], "")
        severity = st.selectbox(
            translate(N_("Severity")), ["", *SEVERITIES], key=SEVERITY, on_change=url.keep, args=(SEVERITY,), width=150,
            format_func=lambda code: code or translate(N_("Not known")),
        )
    wanted = RoutesByHandFilter(chosen.as_of_on, support_type, platform, severity or None)
    found = routes.by_hand(warehouse, wanted, viewer)
    if found.num_rows == 0:
        messages.empty(translate(N_("No support vehicle is known. Import support_plans, or name the vehicles in the rules of support.")))
        return
    _ways(found, language)


def _chosen(title: str, codes: tuple[str, ...], key: str, language: Language) -> str | None:
    url.seed(key, ["", *codes], "")
    chosen: str = st.selectbox(
        language.gettext(title), ["", *codes], key=key, on_change=url.keep, args=(key,), width=220,
        format_func=lambda code: labels.title(code, language) if code else language.gettext(N_("Not known")),
    )
    return chosen or None


def _ways(found: pa.Table, language: Language) -> None:
    """The ways for one answer; where several are possible, first what each would mean and which of them to look at."""
    translate = language.gettext
    answers = list(dict.fromkeys((row["support_type"], row["platform"]) for row in found.select(["support_type", "platform"]).to_pylist()))
    answer = answers[0]
    if len(answers) > 1:
        _compared(found, answers, language)
        names = {f"{one[0]}-{one[1]}": f"{labels.title(one[0], language)}, {labels.title(one[1], language)}" for one in answers}
        url.seed(ANSWER, names, next(iter(names)))
        code = st.selectbox(translate(N_("If it is")), list(names), key=ANSWER, on_change=url.keep, args=(ANSWER, next(iter(names))),
                            format_func=names.__getitem__, width=360)
        answer = answers[list(names).index(code)]
    here = found.filter(pc.and_(pc.equal(found["support_type"], answer[0]), pc.equal(found["platform"], answer[1])))
    rows = here.to_pylist()
    shown = here.select([column.name for column in COLUMNS if column.name in here.column_names])
    for name, said in (("why_not", _why_not), ("would_use", _would_use), ("plan_state", _plan_state)):
        shown = shown.append_column(name, pa.array([said(row, language) for row in rows], pa.string()))
    title = translate(N_("Ways to Microsoft for {support_type}, {platform}")).format(
        support_type=labels.title(answer[0], language), platform=labels.title(answer[1], language))
    tables.show(shown, COLUMNS, key="routes", alt=title, visible_rows=8)
    target = rows[0]["response_minutes"]
    if target is not None:
        st.text(translate(N_("Microsoft publishes a first response within {hours} h for severity {severity}.")).format(
            hours=language.number(target / 60), severity=rows[0]["severity"]))
    else:
        st.text(translate(N_("Microsoft publishes a response time for technical requests of a known severity alone.")))
    st.caption(words.plain(translate(NOT_DECIDED)))


def _compared(found: pa.Table, answers: list[tuple[str, str]], language: Language) -> None:
    """What each possible answer would mean: the vehicles that fit, in their order."""
    fitting = {
        answer: what_fits([row for row in found.to_pylist() if (row["support_type"], row["platform"]) == answer], language)
        for answer in answers
    }
    table = pa.table({
        "support_type": [support_type for support_type, _ in answers],
        "platform": [platform for _, platform in answers],
        "fitting": [fitting[answer] for answer in answers],
    })
    tables.show(table, ANSWER_COLUMNS, key="route_answers", alt=language.gettext(N_("What each answer would mean")), visible_rows=6)


def what_fits(rows: Sequence[dict[str, Any]], language: Language) -> str:
    """The vehicles among one answer's ways that fit, in their order; one all of whose plans have run out says so."""
    is_out: dict[str, bool] = {}
    for row in rows:
        if row["is_fitting"]:
            vehicle = language.gettext(VEHICLES.get(row["support_vehicle"], row["support_vehicle"]))
            is_out[vehicle] = is_out.get(vehicle, True) and row["has_run_out"]
    said = (language.gettext(N_("{vehicle}: has run out")).format(vehicle=name) if out else name for name, out in is_out.items())
    return ", ".join(said) or language.gettext(N_("Nothing fits"))


def _why_not(row: dict[str, Any], language: Language) -> str:
    return labels.titles(row["unfit_reasons"], language)


def _would_use(row: dict[str, Any], language: Language) -> str:
    """What a request would take of the plan, and what that rests on."""
    translate = language.gettext
    match row["entitlement_unit"]:
        case None:
            return translate(N_("Nothing: free")) if row["is_free"] else ""
        case "unlimited":
            return translate(N_("Nothing counted: unlimited"))
        case "incidents":
            return translate(N_("1 incident"))
    count = row["needed_request_count"]
    if row["needed_quantity"] is None:
        return translate(N_("Not known: no such request among those you see"))
    said = language.ngettext("{hours} h (of {count} request)", "{hours} h (median of {count} requests)", count)
    return said.format(hours=language.number(row["needed_quantity"], 1), count=language.number(count))


def _plan_state(row: dict[str, Any], language: Language) -> str:
    """Whether the plan has run out, would run out, or ends soon."""
    translate = language.gettext
    said = []
    if row["has_run_out"]:
        said.append(translate(N_("Has run out")))
    elif row["left_after_quantity"] is not None and row["left_after_quantity"] < 0:
        said.append(translate(N_("Not enough left")))
    elif row["runs_out_on"] is not None and row["runs_out_on"] < row["ends_on"]:
        said.append(translate(N_("will be used up about {day}")).format(day=language.day(row["runs_out_on"])))
    if row["is_ending_soon"]:
        said.append(language.ngettext("ends in {count} day", "ends in {count} days", row["left_days"]).format(
            count=language.number(row["left_days"])))
    return ", ".join(said)
