"""What needs a decision today, as lines that lead to where it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import streamlit as st

from clearaccounts import overview
from clearaccounts.access import Permission, Viewer
from clearaccounts.escalations.usage import AlertsFilter, alerts
from clearaccounts.importing import records
from clearaccounts.support import levels
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, controls, messages, registry, suspensions_view, words
from clearaccounts.ui.registry import Entry
from clearaccounts.warehouse import Warehouse


@dataclass(frozen=True)
class Item:
    """One line: how many, of what, and where to go."""

    count: int
    text: str
    entry: Entry
    icon: str
    parameters: Mapping[str, object] = field(default_factory=dict)


def today(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, lists: Mapping[str, pa.Table] | None) -> list[Item]:
    """The lines that this person can act on, the most urgent first; those with nothing to do are left out.

    `lists` are those of the suspensions page, None for those who may not see flags.
    """
    language = words.language()
    found: list[Item] = []
    if lists is not None:
        found += _marks(lists, viewer, language)
    if viewer.may(Permission.VIEW_CASES):
        found += _support(warehouse, chosen, viewer, language)
        found += _goals(warehouse, chosen, viewer, language)
    if viewer.may(Permission.VIEW_ESCALATIONS):
        found += _plans(warehouse, chosen, viewer, language)
    if viewer.may(Permission.VIEW_DATA):
        found += _checks(warehouse, viewer, language)
    return [item for item in found if item.count]


def _marks(lists: Mapping[str, pa.Table], viewer: Viewer, language: Language) -> list[Item]:
    overtaken = lists["overtaken"].num_rows
    flagged = lists["flagged"].num_rows
    found = [Item(
        overtaken,
        language.ngettext(
            "{count} mark no longer stands: paid or held since", "{count} marks no longer stand: paid or held since", overtaken),
        registry.SUSPENSIONS, "event_busy", {"list": "overtaken"},
    )]
    found += _orders(lists, viewer, language)
    if viewer.may(Permission.APPROVE):
        waiting = suspensions_view.waiting_for(lists["marked"], viewer)
        text = language.ngettext("{count} mark waits for your approval", "{count} marks wait for your approval", waiting)
        found.append(Item(waiting, text, registry.SUSPENSIONS, "approval", {"list": "marked"}))
    text = language.ngettext("{count} customer is flagged and not marked", "{count} customers are flagged and not marked", flagged)
    return [*found, Item(flagged, text, registry.SUSPENSIONS, "flag", {"list": "flagged"})]


def _orders(lists: Mapping[str, pa.Table], viewer: Viewer, language: Language) -> list[Item]:
    """What waits after an approval: who paid since the export first, then who is to be given back, then the rest."""
    stop, back, confirm, export = (lists[name].num_rows for name in ("stop", "reinstate", "confirm", "approved"))
    found = [
        Item(stop, language.ngettext(
            "{count} exported customer has paid or is held since: stop it",
            "{count} exported customers have paid or are held since: stop them", stop),
            registry.SUSPENSIONS, "front_hand", {"list": "stop"}),
        Item(back, language.ngettext(
            "{count} suspended customer is to be given back", "{count} suspended customers are to be given back", back),
            registry.SUSPENSIONS, "restore", {"list": "reinstate"}),
    ]
    if viewer.may(Permission.EXPORT):
        found += [
            Item(confirm, language.ngettext(
                "{count} export is to be confirmed", "{count} exports are to be confirmed", confirm),
                registry.SUSPENSIONS, "fact_check", {"list": "confirm"}),
            Item(export, language.ngettext(
                "{count} approved mark is to be exported", "{count} approved marks are to be exported", export),
                registry.SUSPENSIONS, "output", {"list": "approved"}),
        ]
    return found


def _support(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, language: Language) -> list[Item]:
    row = overview.support_summary(warehouse, overview.SupportFilter(chosen.as_of_on), viewer).to_pylist()[0]
    count = row["open_severity_a_count"]
    text = language.ngettext("{count} case of severity A is open", "{count} cases of severity A are open", count)
    return [Item(count, text, registry.CASES, "priority_high", {"severity": "A"})]


def _goals(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, language: Language) -> list[Item]:
    """What breaches today unless somebody answers or resolves it; what waits on the customer does not."""
    moment = levels.moment(warehouse, levels.DayFilter(chosen.as_of_on), viewer)
    rows = levels.breaching(warehouse, levels.BreachingFilter(moment.at, moment.until_at), viewer)
    count = rows.num_rows - sum(rows["is_paused"].to_pylist())
    text = language.ngettext(
        "{count} goal of a case runs out today", "{count} goals of cases run out today", count)
    return [Item(count, text, registry.LEVELS, "timer")]


def _plans(warehouse: Warehouse, chosen: controls.Chosen, viewer: Viewer, language: Language) -> list[Item]:
    rows = alerts(warehouse, AlertsFilter(chosen.as_of_on), viewer).to_pylist()
    count = len({row["support_plan_id"] for row in rows})
    text = language.ngettext(
        "{count} support plan ends, runs out or stays unused soon", "{count} support plans end, run out or stay unused soon", count)
    return [Item(count, text, registry.ESCALATIONS, "hourglass_bottom")]


def _checks(warehouse: Warehouse, viewer: Viewer, language: Language) -> list[Item]:
    rejected = sum(one.rejected for one in records.landings(connection.folder()))
    rejects = language.ngettext("{count} imported row was rejected", "{count} imported rows were rejected", rejected)
    count = sum(1 for row in overview.checks(warehouse, viewer).to_pylist() if row["offender_count"])
    text = language.ngettext("{count} data check found something", "{count} data checks found something", count)
    return [
        Item(rejected, rejects, registry.DATA, "playlist_remove", {"section": "rejects"}),
        Item(count, text, registry.DATA, "rule", {"section": "checks"}),
    ]


def draw(items: Sequence[Item]) -> None:
    """The lines, each a link."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(N_("What needs a decision today")), anchor=False)
    if not items:
        messages.empty(translate(N_("Nothing is waiting for you. New flags appear with the next import.")))
    for item in items:
        st.page_link(
            item.entry.path, label=words.plain(item.text.format(count=language.number(item.count))),
            icon=f":material/{item.icon}:", query_params=controls.link(item.entry, **item.parameters),
        )
