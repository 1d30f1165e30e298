"""Reading what became of an order: its table with the outcomes filled in, or the file that its script wrote.

A file is taken whole or not at all. Columns are found by name, in any order and letter case; whatever is wrong is one sentence
that names line and column.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clearaccounts.collections.orders import DONE, FAILED, NOT_DONE, UNKNOWN, Order, Outcome, Report
from clearaccounts.collections.partner_center_words import STATUSES, guid
from clearaccounts.errors import ClearAccountsError, ConfirmationError
from clearaccounts.text import N_

_LARGEST = 1024 * 1024
_LONGEST_DETAIL = 500
_REQUIRED = ("export_id", "microsoft_subscription_id", "outcome")
# Columns that say the same as the order, where they are there: another value means another file.
_AGREEING = ("microsoft_tenant_id", "action")
_KNOWN = (*_REQUIRED, *_AGREEING, "detail")
_OF_A_RESULT = ("microsoft_tenant_id", "microsoft_subscription_id", "outcome", "detail")


@dataclass(frozen=True)
class _Entry:
    """One line that says what became of one subscription; `place` names it for people, with a column."""

    kind: str
    number: int
    values: Mapping[str, str]
    state_before: Mapping[str, Any] | None = None

    def place(self, column: str) -> ClearAccountsError:
        return _place(self.kind, self.number, column)


def _place(kind: str, number: int, column: str) -> ClearAccountsError:
    template = N_("Line {line}, column {column}") if kind == "line" else N_("Result {line}, field {column}")
    return ClearAccountsError(template, line=number, column=column)


def read_confirmation(content: bytes, orders: Iterable[Order], name: str = "") -> tuple[Report, ...]:
    """What a confirmation file says became of each order, in the order of `orders`.

    Args:
        content: the CSV file of an order with `outcome` (and `detail`) filled in, also of several orders in one file, or the
            JSON file that the script wrote. A line without an outcome says nothing.
        orders: those that may be confirmed.
        name: the file's name; with the file's SHA-256 it becomes the reports' `source_name`.

    Returns:
        One report per order that the file speaks of, with one outcome per subscription, in the order's own order.

    Raises:
        ConfirmationError: anything in the file that is not understood; nothing of it is taken then.
    """
    if len(content) > _LARGEST:
        raise ConfirmationError(N_("A confirmation file has at most {limit} KB."), limit=_LARGEST // 1024)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfirmationError(N_("This file is not UTF-8; save it as CSV UTF-8, or take the script's own result file.")) from None
    known = {order.export_id.lower(): order for order in orders}
    taken: dict[str, dict[str, tuple[_Entry, Outcome]]] = {}
    entries = _results(text) if text.lstrip().startswith("{") else _lines(text)
    for entry in entries:
        if not entry.values["outcome"]:
            continue
        order, outcome = _outcome(entry, known)
        before = taken.setdefault(order.export_id, {}).get(outcome.subscription_id)
        if before is not None and before[1].outcome != outcome.outcome:
            raise ConfirmationError(
                N_("{place}: {other} gives this subscription another outcome."), place=entry.place("outcome"),
                other=before[0].place("outcome"),
            )
        taken[order.export_id].setdefault(outcome.subscription_id, (entry, outcome))
    if not taken:
        raise ConfirmationError(N_("No line of this file has an outcome."))
    source = f"{name} {hashlib.sha256(content).hexdigest()}".strip()
    return tuple(
        Report(order.export_id, tuple(own[line.subscription_id][1] for line in order.lines if line.subscription_id in own), "file", source)
        for order in known.values() if (own := taken.get(order.export_id))
    )


def _outcome(entry: _Entry, known: Mapping[str, Order]) -> tuple[Order, Outcome]:
    values = entry.values
    order = known.get(guid(values["export_id"]) or "")
    if order is None:
        raise ConfirmationError(N_("{place}: no order that can be confirmed has this id."), place=entry.place("export_id"))
    subscription = guid(values["microsoft_subscription_id"])
    line = next((line for line in order.lines if subscription and line.microsoft_subscription_id.lower() == subscription), None)
    if line is None:
        raise ConfirmationError(
            N_("{place}: this subscription is not in the order."), place=entry.place("microsoft_subscription_id"),
        )
    expected = {"microsoft_tenant_id": line.microsoft_tenant_id, "action": order.action}
    for column in _AGREEING:
        if values.get(column) and values[column].lower() != expected[column].lower():
            raise ConfirmationError(N_("{place}: the order says otherwise."), place=entry.place(column))
    outcome = values["outcome"].lower()
    allowed = (DONE[order.action], FAILED, NOT_DONE, UNKNOWN)
    if outcome not in allowed:
        raise ConfirmationError(
            N_("{place}: an outcome is one of {allowed}."), place=entry.place("outcome"), allowed=", ".join(allowed),
        )
    return order, Outcome(line.subscription_id, outcome, _detail(entry), entry.state_before)


def _detail(entry: _Entry) -> str:
    detail = " ".join(entry.values.get("detail", "").split())
    if not detail.isprintable():
        raise ConfirmationError(N_("{place}: it holds a character that cannot be shown."), place=entry.place("detail"))
    if len(detail) > _LONGEST_DETAIL:
        raise ConfirmationError(N_("{place}: it has more than {limit} characters."), place=entry.place("detail"), limit=_LONGEST_DETAIL)
    return detail


def _lines(text: str) -> Iterator[_Entry]:
    """The lines of a CSV file; separated by what its header is separated by, as spreadsheets differ."""
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] = []
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _header(line, cells)
                continue
            if len(cells) != len(names):
                raise ConfirmationError(
                    N_("Line {line} has {count} fields, and the header has {expected}."), line=line, count=len(cells), expected=len(names),
                )
            values = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name in _KNOWN}
            yield _Entry("line", line, values)
    except csv.Error:
        raise ConfirmationError(N_("Line {line} cannot be read: a quotation mark is open or out of place."), line=begins) from None
    if not names:
        raise ConfirmationError(N_("This file is empty."))


def _header(line: int, cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for column in _KNOWN:
        if names.count(column) > 1:
            raise ConfirmationError(N_("Line {line}: column {column} is there twice."), line=line, column=column)
    for column in _REQUIRED:
        if column not in names:
            raise ConfirmationError(N_("Line {line}: there is no column {column}; use the order's own CSV file."), line=line, column=column)
    return names


def _results(text: str) -> Iterator[_Entry]:
    """The results of the file that the script wrote."""
    try:
        document = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise ConfirmationError(N_("Line {line}, column {column}: this is not JSON."), line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise ConfirmationError(N_("This JSON is not that of the script's result file.")) from None
    results = document.get("results")
    if not isinstance(results, list):
        raise ConfirmationError(N_("This JSON is not that of the script's result file."))
    common = {name: document.get(name) or "" for name in ("export_id", "action")}
    for number, result in enumerate(results, 1):
        if not isinstance(result, dict):
            raise ConfirmationError(N_("This JSON is not that of the script's result file."))
        values = common | {name: result.get(name) or "" for name in _OF_A_RESULT}
        for name, value in values.items():
            if not isinstance(value, str):
                raise ConfirmationError(N_("{place}: it is not text."), place=_place("result", number, name))
        yield _Entry("result", number, {name: value.strip() for name, value in values.items()}, _state(number, result.get("state_before")))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ConfirmationError(N_("This JSON is not that of the script's result file: a name is there twice."))
    return found


def _state(number: int, state: object) -> Mapping[str, Any] | None:
    """What the script read before it changed anything: the status and whether it renewed by itself."""
    if state is None:
        return None
    if isinstance(state, dict):
        status, renews = state.get("status"), state.get("autoRenewEnabled")
        if status in STATUSES and (renews is None or isinstance(renews, bool)):
            return {"status": status, "autoRenewEnabled": renews}
    raise ConfirmationError(N_("{place}: it is no state of a subscription."), place=_place("result", number, "state_before"))
