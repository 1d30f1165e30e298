"""A statement says what the page says, to the cent, in the customer's language, and shows every name as it is."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL import Image

from clearaccounts import receivables
from clearaccounts.access import DEMO_PEOPLE, OPERATOR, Role, Viewer
from clearaccounts.errors import ClearAccountsError, NotFound, NotPermitted, SettingsError
from clearaccounts.exporting.fonts import BOX, printable
from clearaccounts.exporting.logos import logo
from clearaccounts.exporting.references import spaced, statement_reference
from clearaccounts.exporting.statement_data import Credit, Item, Section, Statement, gather, language_of
from clearaccounts.exporting.statements import to_pdf
from clearaccounts.settings import Company, DataFolder, load
from clearaccounts.text import ENGLISH, SPANISH, Language
from clearaccounts.warehouse import Warehouse
from tests.command_line import Line
from tests.exporting.payloads import DISGUISES, FORMULAS
from tests.worlds import world

DAY = date(2026, 6, 30)
PEOPLE = {person.role: person for person in DEMO_PEOPLE}
COMPANY = Company(
    legal_name="Partner Cloud, S.L.", address="Calle Mayor 12\n28013 Madrid", tax_id="B12345678", contact="billing@partner.example",
    payment_details="IBAN ES91 2100 0418 4502 0005 1332",
)
EMPTY = Statement("C1", "Contoso", None, None, None, DAY, statement_reference("C1", DAY), (), "build-1", is_sample=False)


def small(folder: Path, name: str = "Contoso", **more: str) -> Warehouse:
    """One customer: overdue, due today, not yet due; a part paid; money on account; another currency; and somebody else."""
    return world(
        folder, DAY,
        customers=[
            {"customer_id": "C1", "customer_name": name, "sales_agent": "sofia.lindgren@partner.example", **more},
            {"customer_id": "C2", "customer_name": "Fabrikam", "sales_agent": "other@partner.example"},
        ],
        customer_invoices=[
            {"invoice_id": "A", "invoice_number": "2026/001", "issued_on": "2026-04-01", "due_on": "2026-05-01", "amount_total": "1234.56"},
            {"invoice_id": "B", "issued_on": "2026-06-01", "due_on": "2026-06-30", "amount_total": "100.10"},
            {"invoice_id": "D", "issued_on": "2026-06-15", "due_on": "2026-07-15", "amount_total": "50", "currency": "JPY"},
            {"invoice_id": "E", "issued_on": "2026-06-15", "due_on": "2026-07-15", "amount_total": "77", "customer_id": "C2"},
        ],
        instalments=[],
        payments=[
            {"payment_id": "P1", "received_on": "2026-05-20", "amount_total": "234.56"},
            {"payment_id": "P2", "received_on": "2026-06-20", "amount_total": "40", "reference": "thank you"},
        ],
        allocations=[{"allocation_id": "1", "applied_on": "2026-05-20", "source_id": "P1", "invoice_id": "A", "amount_applied": "234.56"}],
    )


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def letter(statement: Statement, language: Language = ENGLISH, company: Company = COMPANY) -> str:
    return text_of(to_pdf(statement, company, None, language))


def test_a_letter_says_what_is_open_in_each_currency(tmp_path: Path) -> None:
    found = gather(small(tmp_path), "C1", DAY, OPERATOR)
    said = letter(found)
    for part in (
        "Partner Cloud, S.L.", "28013 Madrid", "B12345678", "Contoso", "30 Jun 2026", "In EUR", "In JPY",
        "2026/001 1 Apr 2026 1 May 2026 60",
        "1,234.56 1,000.00", "B 1 Jun 2026 30 Jun 2026 100.10 100.10",
        "D 15 Jun 2026 15 Jul 2026 50 50", "Payment P2 thank you", "40.00 -40.00",
        "1,060.10 EUR", "50 JPY", "past its due date", "Nothing is overdue", "IBAN ES91", spaced(found.payment_reference),
        "build test",
        "Page 1 of 2",
    ):
        assert part in said, part
    assert "Fabrikam" not in said and "SAMPLE" not in said
    assert [(section.currency, section.amount_open, section.amount_overdue, section.amount_unapplied, section.amount_due)
            for section in found.sections] == [
        ("EUR", Decimal("1100.10"), Decimal("1000"), Decimal("-40"), Decimal("1060.10")),
        ("JPY", Decimal(50), Decimal(0), Decimal(0), Decimal(50)),
    ]


def test_it_speaks_the_customers_language_unless_another_is_asked_for(tmp_path: Path) -> None:
    found = gather(small(tmp_path, language="es-MX"), "C1", DAY, OPERATOR)
    assert language_of(found) == SPANISH
    said = letter(found, SPANISH)
    for part in ("Extracto de cuenta", "En EUR", "30 jun 2026", "1.234,56", "Una parte ya ha vencido", "Página 1 de 2"):
        assert part in said, part
    assert {language_of(replace(EMPTY, language_code=code)) for code in (None, "fi", "en", "EN_us")} == {ENGLISH}


def test_the_figures_are_the_pages_for_every_customer_of_the_sample(sample_warehouse: Warehouse) -> None:
    day = date(2026, 6, 30)
    aged = receivables.ageing(sample_warehouse, receivables.AgeingFilter(day), OPERATOR).to_pylist()
    balances: dict[tuple[str, str, str], Decimal] = {
        (row["customer_id"], row["currency"], row["bucket"]): row["amount_outstanding"] for row in aged}
    said: dict[tuple[str, str, str], Decimal] = {}
    chosen = sorted({row["customer_id"] for row in aged})
    for number, customer_id in enumerate(chosen):
        found = gather(sample_warehouse, customer_id, day, OPERATOR)
        for section in found.sections:
            said |= {(customer_id, section.currency, bucket): amount for bucket, amount in section.buckets if amount}
            if section.credits:
                said[customer_id, section.currency, "unapplied"] = section.amount_unapplied
        if number % 10 == 0:
            printed = letter(found)
            for section in found.sections:
                for amount in (*(amount for _, amount in section.buckets), section.amount_unapplied):
                    assert ENGLISH.amount(amount, section.currency).removesuffix(f"\u00a0{section.currency}").split()[0] in printed
                assert ENGLISH.amount(section.amount_due, section.currency).replace("\u00a0", " ") in printed.replace("\u00a0", " ")
                assert all(item.invoice_number in printed for item in section.items)
    assert {key: amount for key, amount in said.items() if amount} == {key: amount for key, amount in balances.items() if amount}


def test_whatever_things_are_called_is_drawn_as_it_is() -> None:
    payloads = [*FORMULAS, *DISGUISES, "{nb}", "[a](http://x.example)", "<a href='http://x.example'>a</a>"]
    items = tuple(Item(f"{payload} end", None, DAY, DAY, 0, Decimal(1), Decimal(1)) for payload in payloads)
    section = Section("EUR", (("current", Decimal(len(items))),), items, (Credit("payment", "=1+1", "@x", DAY, Decimal(1), Decimal(-1)),))
    named = replace(EMPTY, customer_name=payloads[-1], contact_name="=1+1", contact_email="{nb}", sections=(section,))
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(named, COMPANY, None, ENGLISH)))
    drawn = "".join("".join(page.extract_text().split()) for page in reader.pages)
    assert [payload for payload in payloads if "".join(printable(f"{payload} end").split()) not in drawn] == []
    assert "".join(payloads[-1].split()) in drawn
    assert not any("/Annots" in page or "/AA" in page for page in reader.pages)
    assert not {"/AcroForm", "/Names", "/AA"} & set(reader.root_object)
    # Opening shows a page and does nothing else.
    assert isinstance(reader.root_object["/OpenAction"], list)


def test_what_the_font_lacks_is_a_box_and_said() -> None:
    assert printable("Łódź Αθήνα Москва Đặng שלום") == "Łódź Αθήνα Москва Đặng שלום"
    assert printable("株式\u202eevil\u200b\x07") == f"{BOX}{BOX}{BOX}evil{BOX}{BOX}"
    said = letter(replace(EMPTY, customer_name="株式会社"))
    assert BOX * 4 in said and "does not have" in said
    assert "does not have" not in letter(EMPTY)


def test_nothing_open_asks_for_nothing() -> None:
    assert "Nothing is open on this day" in letter(EMPTY) and "How to pay" not in letter(EMPTY)
    favour = replace(EMPTY, sections=(Section("EUR", (("current", Decimal(0)),), (), ()),))
    assert "There is nothing to pay" in letter(favour) and "IBAN" not in letter(favour)


def test_many_items_take_several_pages_with_headings_on_each(tmp_path: Path) -> None:
    invoices = [{"invoice_id": f"INV-{number:03d}", "issued_on": "2026-05-01", "due_on": "2026-05-31", "amount_total": "1.01"}
                for number in range(120)]
    found = gather(world(tmp_path, DAY, customers=[{"customer_id": "C1"}], customer_invoices=invoices), "C1", DAY, OPERATOR)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(to_pdf(found, COMPANY, None, ENGLISH))).pages]
    assert len(pages) > 2 and all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert all("Days overdue" in page for page in pages if "INV-" in page)
    assert sorted(set(re.findall(r"INV-\d+", "\n".join(pages)))) == [row["invoice_id"] for row in invoices]
    assert "121.20 EUR" in "\n".join(pages).replace("\u00a0", " ")


def test_the_same_statement_gives_the_same_bytes(tmp_path: Path) -> None:
    found = gather(small(tmp_path), "C1", DAY, OPERATOR)
    first, again = (to_pdf(found, COMPANY, picture(tmp_path), SPANISH) for _ in range(2))
    assert first == again
    info = pypdf.PdfReader(io.BytesIO(first)).metadata
    assert info and str(info["/CreationDate"]).startswith("D:20260630")


def test_only_who_may_see_the_account_gets_its_statement(tmp_path: Path) -> None:
    found = small(tmp_path)
    assert gather(found, "C1", DAY, PEOPLE[Role.SALES_AGENT]).customer_name == "Contoso"
    refusals: set[str] = set()
    for customer_id, viewer in (("C2", PEOPLE[Role.SALES_AGENT]), ("none", PEOPLE[Role.SALES_AGENT]), ("none", OPERATOR)):
        with pytest.raises(NotFound) as refusal:
            gather(found, customer_id, DAY, viewer)
        refusals.add(str(refusal.value))
    assert refusals == {"There is no such account."}
    for role in (Role.HELPDESK_AGENT, Role.USER_ADMIN):
        with pytest.raises(NotPermitted):
            gather(found, "C1", DAY, PEOPLE[role])


def picture(folder: Path, size: tuple[int, int] = (900, 300), name: str = "logo.png") -> bytes:
    Image.new("RGBA", size, (11, 87, 176, 128)).save(folder / name)
    return logo(str(folder / name)) or b""


def test_a_logo_is_drawn_anew_and_small(tmp_path: Path) -> None:
    drawn = picture(tmp_path)
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.format == "PNG" and image.mode == "RGB" and image.width <= 650 and image.height <= 260
        assert image.getpixel((5, 5)) == (133, 171, 215)
    page = pypdfium2.PdfDocument(to_pdf(EMPTY, COMPANY, drawn, ENGLISH))[0].render(scale=1).to_pil()
    assert page.getpixel((60, 60)) != (255, 255, 255)
    assert logo("") is None


def test_a_logo_that_is_none_is_refused_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "long.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 2_000_001)
    Image.new("1", (5000, 5000)).save(tmp_path / "wide.png")
    (tmp_path / "cut.png").write_bytes(picture(tmp_path)[:200])
    Image.new("RGB", (5, 5)).save(tmp_path / "other.gif")
    (tmp_path / "other.gif").rename(tmp_path / "other.png")
    for name in ("text.png", "long.png", "wide.png", "cut.png", "other.png", "none.png"):
        with pytest.raises(SettingsError, match=r"\[company\] logo") as refusal:
            logo(str(tmp_path / name))
        assert name in str(refusal.value)


def test_settings_name_the_partner_and_keep_the_logo_in_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "settings"
    folder.mkdir()
    picture(tmp_path, name="outside.png")
    picture(folder)
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    file = folder / "clearaccounts.toml"
    file.write_text('[company]\nlegal_name = "Partner"\naddress = """Street 1\nTown"""\nlogo = "logo.png"\n', encoding="utf-8")
    company = load(file).company
    assert company.logo == str(folder / "logo.png") and company.address == "Street 1\nTown"
    for name in ("../outside.png", "link.png", str(tmp_path / "outside.png"), "none.png", "clearaccounts.toml"):
        file.write_text(f"[company]\nlogo = {name!r}\n", encoding="utf-8")
        with pytest.raises(SettingsError, match=r"clearaccounts\.toml: \[company\] logo is"):
            load(file)


def test_items_that_do_not_come_to_the_balance_make_no_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = small(tmp_path)
    listed = receivables.open_items

    def one_short(warehouse: Warehouse, chosen: receivables.OpenItemsFilter, viewer: Viewer) -> object:
        return listed(warehouse, chosen, viewer).slice(1)

    monkeypatch.setattr(receivables, "open_items", one_short)
    with pytest.raises(ClearAccountsError, match="do not come to the balance"):
        gather(found, "C1", DAY, OPERATOR)


def test_the_command_line_writes_the_same_letter(
    line: Line, sample_warehouse: Warehouse, sample_folder: DataFolder, tmp_path: Path,
) -> None:
    shutil.copytree(sample_folder.path, tmp_path / "data-sample")
    file = tmp_path / "statement.pdf"
    assert line("statement", "C0032", "--as-of-on", "2026-09-30", "--language", "es", "--output", file) == 0
    assert file.read_bytes() == to_pdf(gather(sample_warehouse, "C0032", date(2026, 9, 30), OPERATOR), Company(), None, SPANISH)
    assert line("statement", "nobody", "--as-of-on", "2026-09-30", "--output", tmp_path / "none.pdf") == 1
    assert "no such account" in line.err and not (tmp_path / "none.pdf").exists()
    assert line("statement", "C0032", "--as-of-on", "30.9.2026", "--output", file) == 2
