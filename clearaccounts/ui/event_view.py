"""One event of the audit trail in full: who, what, why, what they saw, and its place in the chain. People's words are shown as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.decisions import Event, EventFilter, Store
from clearaccounts.text import N_, Language
from clearaccounts.ui import controls, event_words, labels, registry, tables, words
from clearaccounts.ui.tables import Column

_ITEMS = (
    Column("invoice_id", N_("Invoice")),
    Column("instalment_number", N_("Instalment"), "number"),
    Column("due_on", N_("Due"), "day"),
    Column("amount_outstanding", N_("Open"), "amount"),
)
_HOLDS = (
    Column("hold_type", N_("Hold"), "label"), Column("invoice_id", N_("Invoice")), Column("starts_on", N_("From"), "day"),
    Column("ends_on", N_("Until"), "day"),
)
_NOTICES = (Column("notice_type", N_("Notice")), Column("sent_on", N_("Sent"), "day"))
_SUBSCRIPTIONS = (Column("subscription_id", N_("Subscription")), Column("subscription_status", N_("Status"), "label"))
_LINES = (
    Column("subscription_id", N_("Subscription")), Column("product_name", N_("Product")),
    Column("status_before", N_("Before"), "label"),
)
_OUTCOMES = (Column("subscription_id", N_("Subscription")), Column("outcome", N_("Outcome"), "label"), Column("detail", N_("Detail")))
_TYPES = {"amount": pa.decimal128(38, 4), "day": pa.date32(), "number": pa.int64()}
# What has a place of its own above.
_SHOWN = {"customer_name", "by", "asked", "evidence", "order", "outcomes", "evidence_hash"}


def draw(store: Store, event: Event) -> None:
    """Everything that one event says."""
    language = words.language()
    translate = language.gettext
    with st.container(border=True, key="event_in_full"):
        st.subheader(words.plain(translate(N_("Event {number}")).format(number=language.number(event.sequence))), anchor=False)
        _facts([
            (N_("When, UTC"), language.moment(event.occurred_at.replace(tzinfo=None))),
            (N_("Who"), f"{event.by.name} ({labels.title(event.by.role, language)})"),
            (N_("What"), event_words.event(event.subject_type, event.event_type, language)),
            (N_("About"), f"{event_words.subject(event.subject_type, language)} {event.subject_id}"),
            (N_("Customer"), " ".join(one for one in (event.details.get("customer_name"), event.customer_id) if one)),
            (N_("Reason"), event.reason),
        ], language)
        if event.customer_id:
            st.page_link(
                registry.ACCOUNT.path, label=translate(N_("Open the account")), icon=":material/person_search:",
                query_params=controls.link(registry.ACCOUNT, customer_id=event.customer_id),
            )
        evidence = _evidence(store, event)
        if evidence:
            _draw_evidence(evidence, language)
        if event.details.get("order"):
            _list(N_("What was asked for"), event.details["order"]["lines"], _LINES, "event_order", language)
        if event.details.get("outcomes"):
            _list(N_("What came of it"), event.details["outcomes"], _OUTCOMES, "event_outcomes", language)
        others = {key: value for key, value in event.details.items() if key not in _SHOWN}
        if "build" in others:
            build = others.pop("build")
            said = translate(N_("build {build}")).format(build=build["build_id"])
            _facts([(N_("The numbers of"), f"{language.day(date.fromisoformat(build['as_of_on']))}, {said}")], language)
        if event.event_type == "denied":
            others |= {f"asked {key}": value for key, value in event.details["asked"].items()}
        _facts([(key.replace("_", " "), _plain(value)) for key, value in others.items()], language)
        with st.expander(translate(N_("Place in the chain"))):
            _facts([
                (N_("Number"), str(event.sequence)), (N_("Hash"), event.hash), (N_("Hash of the event before"), event.previous_hash),
                (N_("Hash of the evidence"), str(event.details.get("evidence_hash", ""))), (N_("Key of the form"), event.idempotency_key),
            ], language)


def _evidence(store: Store, event: Event) -> Mapping[str, Any] | None:
    """What the person saw: kept in the event itself, or by the first event of the same mark under the same hash."""
    if "evidence" in event.details:
        kept: Mapping[str, Any] = event.details["evidence"]
        return kept
    wanted = event.details.get("evidence_hash")
    if not wanted:
        return None
    own = store.matching(EventFilter(subject_type=event.subject_type, subject_id=event.subject_id))
    return next((one.details["evidence"] for one in own if one.details.get("evidence_hash") == wanted and "evidence" in one.details), None)


def _draw_evidence(evidence: Mapping[str, Any], language: Language) -> None:
    translate = language.gettext
    currency = evidence["currency"]
    heading = translate(N_("The evidence seen"))
    st.markdown(f"**{words.plain(heading)}**")
    policy = evidence["policy"]
    _facts([
        (N_("Policy"), "" if policy["name"] is None else f"{policy['name']} {policy['version']}"),
        (N_("Stage"), labels.title(evidence["stage"], language)),
        (N_("Unapplied"), language.amount(Decimal(evidence["amount_unapplied"]), currency)),
    ], language)
    _list(N_("Overdue items"), [{**item, "currency": currency} for item in evidence["items"]], _ITEMS, "event_items", language)
    _list(N_("Holds"), evidence["holds"], _HOLDS, "event_holds", language)
    notices = [{**notice, "notice_type": labels.notice(notice["notice_type"], language)} for notice in evidence["notices"]]
    _list(N_("Notices"), notices, _NOTICES, "event_notices", language)
    _list(N_("Subscriptions"), evidence["subscriptions"], _SUBSCRIPTIONS, "event_subscriptions", language)


def _list(title: str, rows: Iterable[Mapping[str, Any]], columns: tuple[Column, ...], key: str, language: Language) -> None:
    listed = list(rows)
    if not listed:
        return
    fields = [(column.name, _TYPES.get(column.kind, pa.string())) for column in columns]
    fields += [("currency", pa.string())] if "currency" in listed[0] else []
    rows = [{name: _read(row.get(name), kind) for name, kind in fields} for row in listed]
    table = pa.Table.from_pylist(rows, schema=pa.schema(fields))
    st.caption(words.plain(language.gettext(title)))
    tables.show(table, columns, key=key, alt=language.gettext(title), visible_rows=8)


def _read(value: Any, kind: pa.DataType) -> Any:
    """A value of an event, which keeps days and amounts as text, as what it is."""
    if value is None or pa.types.is_integer(kind):
        return value
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    return Decimal(value) if pa.types.is_decimal(kind) else str(value)


def _facts(facts: Iterable[tuple[str, str]], language: Language) -> None:
    said = "\n".join(f"{language.gettext(title)}: {value}" for title, value in facts if value)
    if said:
        st.text(said, width="stretch")


def _plain(value: object) -> str:
    """A detail on one line: lists and mappings as people write them."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(item)}" for key, item in value.items() if item not in (None, "", [], {}))
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value)
    return "" if value is None else str(value)
