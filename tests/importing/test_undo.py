"""The last import can be taken back: the numbers from before, to the cent, and nothing is removed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.errors import LandingError
from clearaccounts.importing import publish
from clearaccounts.importing.records import damaged, everything, landings
from clearaccounts.settings import DataFolder, Settings, served_folder
from clearaccounts.warehouse import open_current
from tests.importing.desk import INVOICES, NOW, invoice, write

PAYMENTS = "payment_id,customer_id,received_on,currency,amount_total"


def bring(folder: DataFolder, *paths: Path, now: datetime = NOW, snapshot: bool = False) -> publish.Report:
    return publish.import_files(folder, Settings(), paths, now, by="demo:beatriz", snapshot=snapshot, confirm=lambda _: True)


def take_back(folder: DataFolder, now: datetime, import_id: str | None = None) -> publish.Undone:
    return publish.undo(folder, Settings(), now, "demo:martin", import_id)


def numbers(folder: DataFolder) -> tuple[date, list[dict[str, object]]]:
    """The day shown, and every figure of ageing on a late day."""
    warehouse = open_current(folder, Settings())
    return warehouse.build.as_of_on, warehouse.run("receivables/ageing", {"as_of_on": date(2027, 1, 1)}, OPERATOR).to_pylist()


def test_an_undo_brings_the_numbers_and_the_day_from_before(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2, "10.01")))
    before = numbers(data)
    invoices = write(tmp_path, "y.csv", INVOICES, invoice(1, "7.00"), invoice(3))
    report = bring(data, invoices, write(tmp_path, "p.csv", PAYMENTS, "P1,C1,2026-05-02,EUR,1"), now=NOW + timedelta(days=2))
    assert numbers(data) != before
    last = publish.last_import(data)
    assert last is not None
    assert (last.import_id, set(last.files), last.imported_by) == (report.import_id, {"p.csv", "y.csv"}, "demo:beatriz")
    undone = take_back(data, NOW + timedelta(days=3), last.import_id)
    assert undone.build is not None and undone.undone == last
    assert numbers(data) == before
    assert [one.name for one in landings(data)] == ["x.csv"]


def test_a_second_undo_takes_back_the_import_before_and_a_third_has_nothing_left(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    for day in range(3):
        bring(data, write(tmp_path, f"{day}.csv", INVOICES, invoice(day)), now=NOW + timedelta(days=day))
    take_back(data, NOW + timedelta(days=5))
    take_back(data, NOW + timedelta(days=6))
    assert [one.name for one in landings(data)] == ["0.csv"]
    assert numbers(data)[0] == NOW.date()
    assert served_folder(data.path) == data
    # With the last one gone the folder is as good as empty: the sample is served again.
    assert take_back(data, NOW + timedelta(days=7)).build is None
    assert data.is_empty and served_folder(data.path).is_sample
    with pytest.raises(LandingError, match="There is no import in data to undo"):
        take_back(data, NOW + timedelta(days=8))
    assert publish.last_import(data) is None


def test_the_same_file_may_be_imported_again_after_an_undo_and_be_undone_again(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    file = write(tmp_path, "x.csv", INVOICES, invoice(1))
    bring(data, file)
    take_back(data, NOW)
    for day in (1, 2):
        report = bring(data, file, now=NOW + timedelta(days=day))
        (outcome,) = report.outcomes
        assert outcome.first_landed_at is None and outcome.landing is not None and outcome.landing.new == 1
        assert numbers(data)[1][0]["amount_outstanding"] == Decimal(100)
        take_back(data, NOW + timedelta(days=day))
    # Nothing is removed, and each of the three landings still has its proof.
    kept = [one for one in everything(data) if one.name]
    assert [one.name for one in kept] == ["x.csv"] * 3
    assert not [name for one in kept for name in damaged(data, one)]


def test_an_undo_of_another_import_than_the_one_that_was_seen_does_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1)))
    seen = publish.last_import(data)
    assert seen is not None
    bring(data, write(tmp_path, "y.csv", INVOICES, invoice(2)), now=NOW + timedelta(days=1))
    with pytest.raises(LandingError, match="came in between"):
        take_back(data, NOW + timedelta(days=2), seen.import_id)
    assert len(landings(data)) == 2


def test_an_undo_takes_back_what_a_snapshot_withdrew(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2)))
    before = numbers(data)
    bring(data, write(tmp_path, "y.csv", INVOICES, invoice(1)), now=NOW + timedelta(days=1), snapshot=True)
    assert numbers(data) != before
    take_back(data, NOW + timedelta(days=2))
    assert numbers(data) == before


def test_the_sample_cannot_be_undone(tmp_path: Path) -> None:
    sample = DataFolder(tmp_path / "data-sample", is_sample=True)
    publish.build_sample(Settings(), sample, NOW, write(tmp_path / "source", "x.csv", INVOICES, invoice(1)).parent)
    assert publish.last_import(sample) is None
    with pytest.raises(LandingError, match="is the sample partner's"):
        take_back(sample, NOW)
    assert len(landings(sample)) == 1


def test_an_undo_whose_numbers_cannot_be_built_changes_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1)))
    bring(data, write(tmp_path, "y.csv", INVOICES, invoice(2)), now=NOW + timedelta(days=1))
    shown = numbers(data)
    (data.landing / landings(data)[0].folder_name / "customer_invoices.parquet").rename(tmp_path / "kept")
    with pytest.raises(publish.BuildError):
        take_back(data, NOW + timedelta(days=2))
    assert numbers(data) == shown and len(landings(data)) == 2 and publish.failure(data) is None
