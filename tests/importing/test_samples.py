"""A look into a file that nobody has described: what stands in it, however it is cut and written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clearaccounts.errors import Cancelled, FileRefused
from clearaccounts.importing.mapping.samples import Sample, look_into
from clearaccounts.text import N_


def look(folder: Path, content: bytes, name: str = "file.csv", **how: object) -> Sample:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return look_into(path, work, **how)  # type: ignore[arg-type]


def test_semicolons_are_found_and_another_way_can_be_chosen(tmp_path: Path) -> None:
    content = b"Rechnungsnr;Betrag\nR1;1.234,56\nR2; 7,00 \nR2;\n"
    found = look(tmp_path, content)
    assert found.header == ("Rechnungsnr", "Betrag") and found.heading.separator == ";"
    assert found.rows == (("R1", "1.234,56"), ("R2", " 7,00 "), ("R2", ""))
    assert [column.values for column in found.columns] == [("R1", "R2"), ("1.234,56", "7,00")]
    assert found.row_count == 3
    other = next((number for number, heading in enumerate(found.headings) if heading.separator != ";"), None)
    if other is not None:
        assert look(tmp_path, content, heading=other).heading == found.headings[other]


@pytest.mark.parametrize(("encoding", "read_in"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "cp1252")])
def test_letters_that_are_not_utf_8_are_read_and_said(tmp_path: Path, encoding: str, read_in: str) -> None:
    found = look(tmp_path, "Número,Cliente\n1,Panadería López\n".encode(encoding))
    assert found.encoding == read_in
    assert found.header == ("Número", "Cliente") and found.rows == (("1", "Panadería López"),)


def test_a_person_may_know_better(tmp_path: Path) -> None:
    content = b"Nr,Kunde\n1," + "Bäcker".encode("cp850") + b"\n"
    assert look(tmp_path, content).rows != (("1", "Bäcker"),)
    assert look(tmp_path, content, encoding="cp850").rows == (("1", "Bäcker"),)


def test_json_shows_its_columns(tmp_path: Path) -> None:
    content = json.dumps({"value": [{"id": 1, "contact": {"name": "Acme"}}, {"id": 2}]}).encode()
    found = look(tmp_path, content, "invoices.json")
    assert found.format == "json" and found.header == ("id", "contact.name")
    assert found.rows == (("1", "Acme"), ("2", ""))


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="empty"):
        look(tmp_path, b"")


def test_it_stops_when_somebody_cancels(tmp_path: Path) -> None:
    def told(_rows: int) -> None:
        raise Cancelled(N_("The import was cancelled; nothing of it was kept, and the numbers are those from before."))

    with pytest.raises(Cancelled):
        look(tmp_path, b"a,b\n" + b"1,2\n" * 50_000, progress=told)
    assert list((tmp_path / "work").iterdir()) == []
