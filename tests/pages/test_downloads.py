"""Every list can be taken away, as a workbook and as CSV: what is on the page, in full, and nothing of others."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from clearaccounts import accounts, receivables
from clearaccounts.access import DEMO_PEOPLE, Role, Viewer
from clearaccounts.exporting.tables import file_name
from clearaccounts.ui.registry import PAGES
from clearaccounts.warehouse import Warehouse
from tests.exporting.workbook_reader import exact, formulas, rows
from tests.pages.conftest import Screen

SOFIA = next(person for person in DEMO_PEOPLE if person.role is Role.SALES_AGENT)
Files = dict[str, bytes]


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """By name: what the server was given to serve as downloads."""
    found: Files = {}
    add = MediaFileManager.add

    def noted(self: MediaFileManager, path_or_data: Any, mimetype: str, coordinates: str, file_name: str | None = None, **more: Any) -> str:
        if file_name and isinstance(path_or_data, bytes):
            found[file_name] = path_or_data
        return add(self, path_or_data, mimetype, coordinates, file_name, **more)

    monkeypatch.setattr(MediaFileManager, "add", noted)
    return found


def open_downloads(tab: Screen) -> list[str]:
    """Open every download menu of the page; returns their names."""
    stems = [key for key in tab.app.session_state if key.startswith("open_")]
    for stem in stems:
        tab.app.session_state[stem] = True
    tab.app.run()
    for button in [button for button in tab.app.button if str(button.key).startswith("prepare_")]:
        button.click()
    tab.app.run()
    return stems


def kind(found: Files, extension: str) -> list[bytes]:
    return [content for name, content in found.items() if name.endswith(f".{extension}")]


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("script", [entry.script for entry in PAGES])
def test_every_list_of_a_page_yields_both_files_that_begin_with_what_they_show(
    screen: Callable[..., Screen], files: Files, script: str, sample_warehouse: Warehouse,
) -> None:
    parameters = {"customer_id": "C0001"} if script == "account.py" else {}
    tab = screen(Role.MANAGER).open(script, **parameters)
    stems = set(open_downloads(tab)) - {"open_statement", "open_policy_letter", "open_offer_letter"}
    assert tab.problems() == []
    letters = [files.pop(name) for name in list(files) if name.endswith(".pdf")]
    # An account has its statement and the letter of its support offers.
    assert len(letters) == {"account.py": 2, "policy.py": 1}.get(script, 0)
    assert len(kind(files, "csv")) == len(kind(files, "xlsx")) == len(stems)
    for name, content in files.items():
        assert hashlib.sha256(content).hexdigest() in name
        table = csv_rows(content) if name.endswith(".csv") else rows(content)
        caption, headings = [cell for cell in table[0] if cell], [cell for cell in table[1] if cell]
        assert len(caption) == 1 and caption[0].endswith(f"build {sample_warehouse.build.build_id}")
        assert len(headings) == len(set(headings)) > 1
        if name.endswith(".xlsx"):
            assert all(stored == again for stored, again in formulas(content).values())


NARROWED = [
    ("ageing.py", {"view": "items", "bucket": "1-30", "dimension": "segment", "of": "mid-market"}, "1–30 days · Segment: mid-market"),
    ("ageing.py", {"search": "o'dw"}, "“o'dw”"),
    ("payments.py", {"view": "promises", "promises_state": "kept"}, "Kept"),
    ("cash.py", {"week": "2026-W41"}, "2026-W41"),
    ("cash.py", {"opening_balance": "5000"}, "In the bank now, EUR: 5,000.00 EUR"),
    ("account.py", {"customer_id": "C0032", "section": "timeline", "kind": "money"}, "Money"),
    ("account.py", {"customer_id": "C0032", "section": "history", "paid": "late"}, "Paid late"),
    ("cases.py", {"severity": "A"}, "Severity: A"),
    ("cases.py", {"category": "Azure", "view": "time", "since": "2026-09-21"}, "21 Sept 2026 – 27 Sept 2026 · Category: Azure"),
    ("escalations.py", {"vehicle": "psfp"}, "Premier Support for Partners (PSfP)"),
]


@pytest.mark.parametrize(("script", "address", "said"), NARROWED)
def test_the_first_line_says_what_the_list_is_narrowed_to(
    screen: Callable[..., Screen], files: Files, script: str, address: dict[str, str], said: str,
) -> None:
    tab = screen(Role.BILLING_ADMIN).open(script, **address)
    open_downloads(tab)
    assert tab.problems() == []
    captions = [csv_rows(content)[0][0] for content in kind(files, "csv")]
    assert [caption for caption in captions if f" · {said} · build " in caption and ("As of " in caption or "twelve months" in caption)]


@pytest.mark.parametrize(("script", "address"), [
    ("account.py", {"customer_id": "C0032", "section": "timeline"}), ("data.py", {"section": "sums"}),
])
def test_amounts_that_mean_nothing_together_have_no_total(
    screen: Callable[..., Screen], files: Files, script: str, address: dict[str, str],
) -> None:
    open_downloads(screen(Role.BILLING_ADMIN).open(script, **address))
    assert [formulas(content) for content in kind(files, "xlsx")] == [{}]


def test_each_currency_column_has_a_heading_of_its_own(screen: Callable[..., Screen], files: Files) -> None:
    open_downloads(screen(Role.MANAGER).open("ageing.py", view="items"))
    for headings in (csv_rows(kind(files, "csv")[0])[1], [str(cell) for cell in rows(kind(files, "xlsx")[0])[1]]):
        assert headings.count("Currency") == headings.count("Company currency") == 1 and not [one for one in headings if "_" in one]


def test_nothing_is_written_before_somebody_asks(screen: Callable[..., Screen], files: Files) -> None:
    tab = screen(Role.MANAGER).open("ageing.py")
    assert tab.problems() == [] and files == {}


@pytest.mark.parametrize(("role", "viewer"), [(Role.MANAGER, None), (Role.SALES_AGENT, SOFIA)])
def test_the_ageing_workbook_is_the_ageing_of_who_asks(
    screen: Callable[..., Screen], files: Files, sample_warehouse: Warehouse, role: Role, viewer: Viewer | None,
) -> None:
    viewer = viewer or next(person for person in DEMO_PEOPLE if person.role is role)
    open_downloads(screen(role, at="ageing.py", as_of_on="2026-06-30"))
    found = rows(kind(files, "xlsx")[0])
    assert "As of 30 Jun 2026" in found[0][0] and ("your own customers" in found[0][0]) == (role is Role.SALES_AGENT)
    headings = found[1]
    listed = [dict(zip(headings, row, strict=True)) for row in found[2:]]
    customers = listed[: next(number for number, row in enumerate(listed) if not any(row.values()))]
    expected = receivables.ageing(sample_warehouse, receivables.AgeingFilter(date(2026, 6, 30)), viewer).to_pylist()
    assert {row["Id"] for row in customers} == {row["customer_id"] for row in expected}
    for title, is_unapplied in {"Outstanding": False, "Unapplied": True}.items():
        wanted: dict[str, Decimal] = {}
        for row in expected:
            if (row["bucket"] == "unapplied") == is_unapplied:
                wanted[row["currency"]] = wanted.get(row["currency"], Decimal(0)) + row["amount_outstanding"]
        totals = {row["Currency"]: exact(row[title]) for row in listed if str(row["Customer"]).startswith("Total ")}
        assert {currency: total for currency, total in totals.items() if total} == {key: value for key, value in wanted.items() if value}
    block = [row[:4] for row in found if row[0] in {"EUR", "USD", "GBP"}]
    assert block and all(row[3] == 0 and row[1] == row[2] for row in block)
    assert [row[0] for row in csv_rows(kind(files, "csv")[0])[2:]] == [row["Customer"] for row in customers]


def test_the_spanish_workbook_speaks_spanish(screen: Callable[..., Screen], files: Files) -> None:
    open_downloads(screen(Role.BILLING_ADMIN, "es").open("ageing.py", view="items"))
    found = rows(kind(files, "xlsx")[0])
    assert {"Cliente", "Factura", "Moneda"} <= set(found[1])
    assert any(str(cell).startswith("Total EUR") for row in found for cell in row[:1])


def letter(files: Files) -> str:
    (content,) = [content for name, content in files.items() if name.startswith("statement-")]
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_an_account_has_its_statement_in_either_language(screen: Callable[..., Screen], files: Files) -> None:
    tab = screen(Role.BILLING_ADMIN, at="account.py", customer_id="C0032", as_of_on="2026-09-30")
    open_downloads(tab)
    assert "Statement of account" in letter(files) and "Wilholz Metallbau AG" in letter(files) and "SAMPLE DATA" in letter(files)
    files.clear()
    tab.app.session_state["statement_language_C0032"] = "es"
    tab.app.run()
    assert "Extracto de cuenta" in letter(files)
    assert tab.problems() == []


def test_nobody_gets_the_statement_of_an_account_that_is_not_theirs(
    screen: Callable[..., Screen], files: Files, sample_warehouse: Warehouse,
) -> None:
    mine = set(accounts.search(sample_warehouse, accounts.SearchFilter(None, 1000), SOFIA)["customer_id"].to_pylist())
    foreign = next(f"C{number:04d}" for number in range(1, 150) if f"C{number:04d}" not in mine)
    tab = screen(Role.SALES_AGENT, at="account.py", customer_id=foreign)
    tab.app.session_state["open_statement"] = True
    tab.app.run()
    assert tab.problems() == ["There is no such account\\."] and files == {}
    helper = screen(Role.HELPDESK_AGENT, at="account.py", customer_id="C0032")
    assert "open_statement" not in open_downloads(helper)
    assert [name for name in files if name.startswith("statement-")] == []


def test_two_people_at_once_get_their_own_bytes() -> None:
    """Above 1 MiB the server tells files apart by samples of their bytes; the name, which carries the hash of all, decides."""
    one = b"a" * 3_000_000
    other = one[:1_000_000] + b"b" + one[1_000_001:]
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    addresses = [manager.add(content, "text/csv", f"1.{number}", file_name("ageing", content), is_for_static_download=True)
                 for number, content in enumerate((one, other))]
    assert addresses[0] != addresses[1]
