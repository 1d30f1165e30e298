"""A profile made by hand: what a person decides becomes TOML that reads the file, and only that."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.errors import FileRefused, LandingError
from clearaccounts.importing import mapping, profiles, publish
from clearaccounts.importing.mapping import Decided
from clearaccounts.importing.mapping.guessing import FileColumn
from clearaccounts.importing.profiles import own as own_profiles
from clearaccounts.settings import DataFolder, Settings
from tests.importing.desk import INVOICES, NOW, invoice, write

HEADER = ("Rechnungsnr", "Kunde", "Datum", "Betrag", "Status", "Datum")
SALES = Decided(
    shape="customer_invoices", title="Sales list", source="sales.csv", header=HEADER,
    columns={"invoice_id": 0, "customer_id": 1, "issued_on": 2, "amount_total": 3, "invoice_status": 4, "due_on": 5},
    constants={"currency": "EUR"}, words={"invoice_status": {"storniert": "void", "offen": "posted"}},
    date_order="DMY", decimal_sign=",", thousands_sign=".",
)
ROWS = (
    "Rechnungsnr,Kunde,Datum,Betrag,Status,Datum", '1,Acme,31.12.2026,"1.234,56",offen,30.01.2027', '2,Acme,05.06.2026,"7,00",storniert,',
    '3,Acme,12.31.2026,"",offen,',
)


def test_a_document_says_what_was_decided_and_reads_itself() -> None:
    document = mapping.document(SALES)
    assert document["habits"] == {"date_order": "DMY", "decimal_sign": ",", "thousands_sign": "."}
    assert document["columns"]["issued_on"] == {"names": "Datum", "occurrence": 1}
    assert document["columns"]["due_on"] == {"names": "Datum", "occurrence": 2}
    assert document["targets"][0]["columns"]["currency"] == {"constant": "EUR"}
    assert tomllib.loads(own_profiles.text_of(document)) == document
    profile = own_profiles.as_profile(document)
    assert profile.title == "Sales list" and profile.is_proven
    assert profile.bind("sales.csv", HEADER) == {**SALES.columns}


def test_a_file_is_read_by_a_profile_that_is_not_saved_and_nothing_changes(tmp_path: Path) -> None:
    path = write(tmp_path, "sales.csv", *ROWS)
    folder = DataFolder(tmp_path / "data")
    profile = own_profiles.as_profile(mapping.document(SALES))
    [found] = publish.preview(folder, Settings(), [path], NOW, profile)
    assert (found.rows, found.loaded, found.rejected, found.new) == (3, 2, 1, 2)
    assert [(one.currency, one.total, one.loaded, one.rejected) for one in found.sums] == [
        ("EUR", Decimal("1241.56"), Decimal("1241.56"), Decimal(0))]
    assert [(one.line, one.column) for one in found.rejects] == [(4, "Datum")]
    assert not folder.path.exists()


def test_files_of_one_import_are_each_read_by_their_own_profile(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    own_profiles.save(folder, "sales_list", mapping.document(replace(SALES, header=(*HEADER[:4], "State", "Due"))))
    theirs = write(tmp_path, "theirs.csv", "Rechnungsnr,Kunde,Datum,Betrag,State,Due", '9,Acme,31.12.2026,"5,00",offen,')
    ours = write(tmp_path, "ours.csv", INVOICES, invoice(1))
    report = publish.import_files(folder, Settings(), [theirs, ours], NOW, profile={theirs: "sales_list"})
    assert [outcome.refused for outcome in report.outcomes] == [None, None]
    assert [landing.profile for landing in report.landed] == ["sales_list", "customer_invoices"]
    # The typed rows are kept: without the profile the numbers stay.
    own_profiles.delete(folder, "sales_list")
    assert publish.build(folder, Settings(), NOW).build_id


def test_every_mapped_column_must_be_there_next_time() -> None:
    profile = own_profiles.as_profile(mapping.document(SALES))
    with pytest.raises(FileRefused, match="Datum"):
        profile.bind("sales.csv", ("Rechnungsnr", "Kunde", "Datum", "Betrag", "Status"))


def test_what_was_paid_is_what_is_no_longer_owed() -> None:
    header = ("No", "Customer", "Date", "Total", "Paid", "Paid on", "Currency")
    decided = Decided(
        shape=mapping.PAID_INVOICES, title="t", source="s", header=header,
        columns={"invoice_id": 0, "customer_id": 1, "issued_on": 2, "amount_total": 3, "amount_paid": 4, "paid_on": 5, "currency": 6},
    )
    target = mapping.document(decided)["targets"][0]
    assert target["kind"] == "customer_invoices"
    assert target["columns"]["amount_outstanding_stated"] == {"column": "amount_total", "minus": "amount_paid"}
    assert target["columns"]["stated_on"] == "paid_on"
    own_profiles.as_profile(mapping.document(decided))


def test_what_is_missing_is_named() -> None:
    assert replace(SALES, constants={}).missing == ("currency",)
    assert SALES.missing == ()


def test_invoices_with_a_column_of_what_was_paid_are_taken_so_unless_they_say_what_is_owed() -> None:
    plain = [FileColumn("Invoice number", ("1",)), FileColumn("Customer", ("a",)), FileColumn("Invoice date", ("2026-01-01",)),
             FileColumn("Total", ("1.00",)), FileColumn("Currency", ("EUR",))]
    assert mapping.likeliest(plain)[0] == "customer_invoices"
    paid = [*plain, FileColumn("Amount paid", ("1.00",))]
    assert mapping.likeliest(paid)[0] == mapping.PAID_INVOICES
    assert mapping.likeliest([*paid, FileColumn("Amount due", ("0.00",))])[0] == "customer_invoices"


@pytest.mark.parametrize("shape", mapping.shapes())
def test_every_shape_can_be_written_down_whole(shape: str) -> None:
    columns = mapping.columns_of(shape)
    decided = Decided(
        shape=shape, title=shape, source="x", header=tuple(column.name for column in columns),
        columns={column.name: position for position, column in enumerate(columns)},
    )
    assert decided.missing == ()
    assert own_profiles.as_profile(mapping.document(decided)).targets


HOSTILE = ('"; x = 1 #', "'''", "\\u0000", "a\tb", "[targets]", "=1+1", "ünï", "a" * 200)


def test_hostile_headers_and_words_stay_text() -> None:
    decided = Decided(
        shape="customers", title='"""', source="\x01", header=HOSTILE,
        columns={"customer_id": 0, "customer_name": 1, "currency": 3, "country_code": 6, "segment": 7},
    )
    profile = own_profiles.as_profile(mapping.document(decided))
    assert profile.bind("x", HOSTILE)["country_code"] == 6


def test_saving_listing_replacing_and_deleting(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    assert own_profiles.names(folder) == []
    path = own_profiles.save(folder, "sales_list", mapping.document(SALES))
    assert path == tmp_path / "data" / "profiles" / "sales_list.toml"
    assert own_profiles.names(folder) == ["sales_list"]
    assert profiles.known(folder.path)["sales_list"].title == "Sales list"
    with pytest.raises(LandingError, match="already"):
        own_profiles.save(folder, "sales_list", mapping.document(SALES))
    own_profiles.save(folder, "sales_list", mapping.document(replace(SALES, title="Other")), replace=True)
    assert "Other" in own_profiles.read_text(folder, "sales_list")
    own_profiles.delete(folder, "sales_list")
    assert own_profiles.names(folder) == []
    with pytest.raises(LandingError, match="no own profile"):
        own_profiles.delete(folder, "sales_list")


@pytest.mark.parametrize("name", ["", "../up", "a/b", "A", "a.b", "1a", "a" * 80, "payments", "a\n", "a\0"])
def test_a_name_that_could_be_anything_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(LandingError):
        own_profiles.save(DataFolder(tmp_path), name, mapping.document(SALES))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("title", "name"), [
    ("Ventas 2026 (Sage)", "ventas_2026_sage"), ("Größe", "große".replace("ß", "ss").replace("o", "o")), ("2026", "own_2026"),
    ("../../etc/passwd", "etc_passwd"), ("…", ""), ("a" * 100, "a" * 60),
])
def test_a_title_becomes_a_safe_name(title: str, name: str) -> None:
    assert own_profiles.safe_name(title) == name
