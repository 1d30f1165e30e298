"""A file that says what became of an order is taken whole, or refused in one sentence that says where."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections.abc import Mapping
from typing import Any

import pytest

from clearaccounts.collections.orders import Outcome, Report
from clearaccounts.errors import ConfirmationError
from clearaccounts.exporting.partner_center_files import files, read_confirmation
from clearaccounts.text import SPANISH
from tests.exporting.orders import AZURE, EXPORT, MAIL, SEATS, TENANT, line, order

OTHER = "33333333-aaaa-4bbb-8ccc-000000000002"
FIRST = order()
SECOND = order(line(AZURE, status_before="suspended"), action="reactivate", export_id=OTHER)


def table(*rows: str, header: str = "export_id,microsoft_subscription_id,outcome,detail") -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def outcomes(content: bytes) -> dict[str, list[tuple[str, str, str]]]:
    read = read_confirmation(content, [FIRST, SECOND])
    return {report.export_id: [(one.subscription_id, one.outcome, one.detail) for one in report.outcomes] for report in read}


def filled(said: Mapping[str, tuple[str, str]]) -> bytes:
    """The order's own table, with outcomes filled in by subscription."""
    (content,) = [content for name, content in files(FIRST).items() if name.endswith(".csv")]
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    for row in rows:
        outcome, detail = said.get(row["microsoft_subscription_id"], ("", ""))
        writer.writerow(row | {"outcome": outcome, "detail": detail})
    return buffer.getvalue().encode()


def test_the_orders_own_table_filled_in_is_the_confirmation() -> None:
    content = filled({SEATS: ("suspended", ""), MAIL: ("failed", "A renewal was running")})
    (report,) = read_confirmation(content, [FIRST, SECOND], "done.csv")
    assert report == Report(
        EXPORT, (Outcome("S-1", "suspended"), Outcome("S-2", "failed", "A renewal was running")), "file", report.source_name,
    )
    assert report.source_name.startswith("done.csv ") and len(report.source_name) == len("done.csv ") + 64


def test_a_line_without_an_outcome_says_nothing() -> None:
    assert outcomes(filled({MAIL: ("not_done", "")})) == {EXPORT: [("S-2", "not_done", "")]}


def test_several_orders_in_one_file() -> None:
    content = table(f"{OTHER},{AZURE},reactivated,", f"{EXPORT},{SEATS},unknown,no answer")
    assert outcomes(content) == {EXPORT: [("S-1", "unknown", "no answer")], OTHER: [("S-3", "reactivated", "")]}


def test_columns_in_any_order_and_letter_case() -> None:
    values = {
        "export_id": EXPORT.upper(), "microsoft_subscription_id": SEATS.upper(), "outcome": " Suspended ", "detail": "done",
        "colour": "red",
    }
    for names in itertools.permutations(values):
        content = table(",".join(values[name] for name in names), header=",".join(name.title() for name in names))
        assert outcomes(content) == {EXPORT: [("S-1", "suspended", "done")]}


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
def test_as_spreadsheets_save_it(separator: str, prefix: bytes) -> None:
    content = prefix + filled({SEATS: ("suspended", "")}).replace(b",", separator.encode()) + b"\r\n"
    assert outcomes(content) == {EXPORT: [("S-1", "suspended", "")]}


def test_a_line_that_is_there_twice_counts_once() -> None:
    assert outcomes(table(*[f"{EXPORT},{SEATS},suspended,"] * 3)) == {EXPORT: [("S-1", "suspended", "")]}


def test_several_lines_of_detail_become_one() -> None:
    assert outcomes(table(f'{EXPORT},{SEATS},failed,"first\r\n  second\u00a0third"')) == {EXPORT: [("S-1", "failed", "first second third")]}


WRONG = [
    (table(f"{EXPORT},{SEATS},suspended,", f"{MAIL},{MAIL},suspended,"), "Line 3, column export_id: no order"),
    (table(f"{EXPORT},{AZURE},suspended,"), "Line 2, column microsoft_subscription_id: this subscription is not in the order"),
    (table(f"{EXPORT},,suspended,"), "Line 2, column microsoft_subscription_id: this subscription is not in the order"),
    (table(f"{EXPORT},{SEATS},done,"), "Line 2, column outcome: an outcome is one of suspended, failed, not_done, unknown"),
    (table(f"{EXPORT},{SEATS},reactivated,"), "Line 2, column outcome: an outcome is one of suspended, failed"),
    (table(f"{OTHER},{AZURE},suspended,"), "Line 2, column outcome: an outcome is one of reactivated, failed"),
    (table(f"{EXPORT},{SEATS},suspended,", "", f"{EXPORT},{SEATS},failed,"),
     "Line 4, column outcome: Line 2, column outcome gives this subscription another outcome"),
    (table(f"{EXPORT},{SEATS},suspended"), "Line 2 has 3 fields, and the header has 4"),
    (table(f"{EXPORT},{SEATS},suspended,a,b"), "Line 2 has 5 fields, and the header has 4"),
    (table(f'{EXPORT},{SEATS},failed,"open'), "Line 2 cannot be read: a quotation mark"),
    (table(f'{EXPORT},{SEATS},failed,"two\nlines"', f"{EXPORT},{MAIL},maybe,"), "Line 4, column outcome: an outcome is one of"),
    (table(f"{EXPORT},{SEATS},failed,{'x' * 501}"), "Line 2, column detail: it has more than 500 characters"),
    (table(f"{EXPORT},{SEATS},failed,a\u202eb"), "Line 2, column detail: it holds a character that cannot be shown"),
    (table(f"{EXPORT},{SEATS},failed,a\x00b"), "Line 2, column detail: it holds a character that cannot be shown"),
    (table(f"{EXPORT},{SEATS},,"), "No line of this file has an outcome"),
    (table(f"{EXPORT},{SEATS},suspended", header="export_id,outcome,colour"), "Line 1: there is no column microsoft_subscription_id"),
    (table(header="export_id,microsoft_subscription_id,outcome,Outcome"), "Line 1: column outcome is there twice"),
    (table(f"{EXPORT},{SEATS},suspended,{MAIL}", header="export_id,microsoft_subscription_id,outcome,microsoft_tenant_id"),
     "Line 2, column microsoft_tenant_id: the order says otherwise"),
    (table(f"{EXPORT},{SEATS},suspended,reactivate", header="export_id,microsoft_subscription_id,outcome,action"),
     "Line 2, column action: the order says otherwise"),
    (b"", "This file is empty"), (b"\r\n \r\n", "This file is empty"),
    ("Línea".encode("latin-1"), "This file is not UTF-8"), ("a".encode("utf-16"), "This file is not UTF-8"),
    (b"x" * (1024 * 1024 + 1), "at most 1024 KB"),
    (b'{"results": [', "Line 1, column 14: this is not JSON"), (b"{}", "not that of the script's result file"),
    (b'{"results": [1]}', "not that of the script's result file"), (b'{"a": 1, "a": 2}', "a name is there twice"),
    (b'{"a":' + b"[" * 200_000, "JSON"), (b'{"results": []}', "No line of this file has an outcome"),
]


@pytest.mark.parametrize(("content", "said"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said_with_its_place_and_nothing_is_taken(content: bytes, said: str) -> None:
    with pytest.raises(ConfirmationError) as refused:
        read_confirmation(content, [FIRST, SECOND])
    assert said in str(refused.value)


def test_the_sentence_is_in_the_readers_language_whole() -> None:
    with pytest.raises(ConfirmationError) as refused:
        read_confirmation(table(f"{EXPORT},{SEATS},done,"), [FIRST])
    spoken = refused.value.in_language(SPANISH.gettext)
    assert spoken.startswith("Línea 2, columna outcome: ")


def result(**values: Any) -> dict[str, Any]:
    return {"microsoft_tenant_id": TENANT, "microsoft_subscription_id": SEATS, "outcome": "suspended", "detail": "", **values}


def written(*results: Any, **document: Any) -> bytes:
    return json.dumps({"export_id": EXPORT, "action": "suspend", "results": list(results), **document}).encode("utf-8-sig")


def test_the_scripts_result_file_brings_the_state_before() -> None:
    content = written(
        result(state_before={"status": "active", "autoRenewEnabled": True}),
        result(microsoft_subscription_id=MAIL, outcome="not_done", state_before=None, detail=None),
    )
    (report,) = read_confirmation(content, [FIRST])
    assert report.outcomes == (
        Outcome("S-1", "suspended", "", {"status": "active", "autoRenewEnabled": True}), Outcome("S-2", "not_done"),
    )


@pytest.mark.parametrize(("content", "said"), [
    (written(result(), result(outcome="failed")), "Result 2, field outcome: Result 1, field outcome gives"),
    (written(result(outcome=3)), "Result 1, field outcome: it is not text"),
    (written(result(), export_id=OTHER), "Result 1, field export_id: no order"),
    (written(result(), export_id=[EXPORT]), "Result 1, field export_id: it is not text"),
    (written(result(), action="reactivate"), "Result 1, field action: the order says otherwise"),
    (written(result(state_before={"status": "sleeping"})), "Result 1, field state_before: it is no state"),
    (written(result(state_before=[1])), "Result 1, field state_before: it is no state"),
    (written(result(state_before={"status": []})), "Result 1, field state_before: it is no state"),
])
def test_a_result_file_that_is_wrong(content: bytes, said: str) -> None:
    with pytest.raises(ConfirmationError, match=said):
        read_confirmation(content, [FIRST])


def test_no_damaged_file_is_half_taken_or_breaks_anything() -> None:
    """Two thousand damaged files: each is the whole truth of what it still says, or a sentence."""
    dice = random.Random(7)
    whole = [filled({SEATS: ("suspended", "x"), MAIL: ("failed", "y")}), written(result(), result(microsoft_subscription_id=MAIL))]
    refused = 0
    for _ in range(2_000):
        content = bytearray(dice.choice(whole))
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(content))
            content[at : at + dice.randint(0, 3)] = dice.randbytes(dice.randint(0, 2))
        try:
            reports = read_confirmation(bytes(content), [FIRST])
        except ConfirmationError:
            refused += 1
            continue
        for report in reports:
            assert report.export_id == EXPORT
            assert {one.subscription_id for one in report.outcomes} <= {"S-1", "S-2"}
            assert {one.outcome for one in report.outcomes} <= {"suspended", "failed", "not_done", "unknown"}
    assert refused > 500
