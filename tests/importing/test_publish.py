"""From files to a served warehouse: swapped whole, or not at all."""

from __future__ import annotations

import errno
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from clearaccounts.access import OPERATOR
from clearaccounts.errors import Cancelled, LandingError
from clearaccounts.importing import history, publish
from clearaccounts.importing.build import failed_by
from clearaccounts.importing.files import exclusive
from clearaccounts.importing.questions import Question
from clearaccounts.importing.records import landings
from clearaccounts.settings import Company, DataFolder, Settings
from clearaccounts.warehouse import current_path, open_current
from tests.importing.desk import INVOICES, NOW, hand_in, invoice, write

ONE_YEAR_LATER = date(2027, 7, 1)


def bring(folder: DataFolder, *paths: Path, now: datetime = NOW, snapshot: bool = False) -> publish.Report:
    return publish.import_files(folder, Settings(), paths, now, snapshot=snapshot, confirm=lambda _: True)


def outstanding(folder: DataFolder, as_of_on: date = ONE_YEAR_LATER) -> Decimal:
    """What the served warehouse says is open on a day."""
    rows = open_current(folder, Settings()).run("receivables/open_items", {"as_of_on": as_of_on}, OPERATOR)
    return sum(rows["amount_outstanding"].to_pylist(), Decimal(0))


def test_an_import_is_served_and_the_next_one_replaces_it(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    assert bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1))).build is not None
    held = open_current(data, Settings())
    bring(data, write(tmp_path, "y.csv", INVOICES, invoice(2)), now=NOW + timedelta(days=1))
    assert outstanding(data) == 200
    # Whoever opened the earlier build goes on reading it.
    assert held.run("receivables/open_items", {"as_of_on": ONE_YEAR_LATER}, OPERATOR).num_rows == 1
    bring(data, write(tmp_path, "z.csv", INVOICES, invoice(3)), now=NOW + timedelta(days=2))
    assert len(list(data.warehouse.glob("warehouse-*.duckdb"))) == 2


def test_the_day_of_the_newest_import_is_a_day_of_the_company(tmp_path: Path) -> None:
    settings = Settings(company=Company(time_zone="Pacific/Auckland"))
    report = publish.import_files(
        DataFolder(tmp_path / "data"), settings, [write(tmp_path, "x.csv", INVOICES, invoice(1))], datetime(2026, 6, 30, 23, tzinfo=UTC)
    )
    assert report.build is not None
    assert report.build.as_of_on == date(2026, 7, 1)
    assert report.build.newest_receivables_import_at == datetime(2026, 6, 30, 23)


def test_nothing_new_builds_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    file = write(tmp_path, "x.csv", INVOICES, invoice(1))
    bring(data, file)
    before = current_path(data)
    assert bring(data, file, now=NOW + timedelta(days=1)).build is None
    assert current_path(data) == before


def test_each_file_stands_alone_and_documents_come_before_what_refers_to_them(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    allocations = write(
        tmp_path, "a.csv", "allocation_id,applied_on,source_type,invoice_id,amount_applied", "A1,2026-05-02,write_off,Y1,5.5"
    )
    yen = write(tmp_path, "i.csv", INVOICES, "Y1,C1,2026-05-01,,JPY,9")
    report = bring(data, allocations, write(tmp_path, "bad.csv", "a,b", "1,2"), yen)
    assert [o.file for o in report.outcomes] == ["a.csv", "bad.csv", "i.csv"]
    assert [r.reason for r in report.outcomes[0].rejects] == ["5.5 has more decimals than JPY has (0)"]
    assert report.outcomes[1].refused is not None
    assert outstanding(data) == 9


def test_a_snapshot_withdraws_from_today_what_its_files_no_longer_hold(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2), invoice(3)))
    day_after = NOW + timedelta(days=1)
    report = bring(data, write(tmp_path, "y.csv", INVOICES, invoice(1), invoice(2, "broken")), now=day_after, snapshot=True)
    # A row that was rejected is still held by its file.
    assert report.withdrawn == {"customer_invoices": 1}
    assert outstanding(data, NOW.date()) == 300
    assert outstanding(data, day_after.date()) == 200
    # Back again in a later file.
    bring(data, write(tmp_path, "z.csv", INVOICES, invoice(3)), now=NOW + timedelta(days=2))
    assert outstanding(data) == 300


def test_a_snapshot_withdraws_nothing_when_a_row_does_not_tell_its_id(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2)))
    report = bring(data, write(tmp_path, "y.csv", INVOICES, invoice(1), ",C1,2026-05-01,,EUR,1"), snapshot=True)
    assert report.withdrawn == {}
    assert str(report.snapshot_problem).startswith("Nothing was withdrawn, because rows were rejected whose ids cannot be read")
    assert outstanding(data) == 200


def test_a_snapshot_that_nobody_confirms_withdraws_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2)))
    asked: list[Question] = []

    def decline(question: Question) -> bool:
        asked.append(question)
        return False

    report = publish.import_files(
        data, Settings(), [write(tmp_path, "y.csv", INVOICES, invoice(1))], NOW, snapshot=True, confirm=decline
    )
    assert [(one.kind, one.counts) for one in asked] == [("withdraw", {"customer_invoices": 1})] and report.withdrawn == {}
    assert report.unconfirmed == asked[0] and not report.landed and len(landings(data)) == 1
    assert outstanding(data) == 200


def test_a_failed_build_serves_the_old_numbers_and_says_so(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1)))
    # A landing whose rows are gone stands for whatever stops a build.
    bring(data, write(tmp_path, "y.csv", INVOICES, invoice(2)), now=NOW + timedelta(days=1))
    lost = data.landing / landings(data)[1].folder_name / "customer_invoices.parquet"
    lost.rename(tmp_path / "kept")
    served = current_path(data)
    report = bring(data, write(tmp_path, "z.csv", "customer_id,customer_name,currency", "C1,Contoso,EUR"), now=NOW + timedelta(days=2))
    assert report.build_problem is not None
    # What cannot be built does not land: the file can come again once the cause is mended.
    assert report.landed == [] and len(landings(data)) == 2
    assert str(report.outcomes[0].refused) == f"z.csv: nothing was imported, and the previous numbers stay. {report.build_problem}"
    assert current_path(data) == served and outstanding(data) == 200
    publish.ensure_served(data, Settings(), NOW + timedelta(days=2))
    assert current_path(data) == served
    failed = publish.failure(data)
    assert failed is not None and failed.in_language(str) == str(report.build_problem)
    (tmp_path / "kept").rename(lost)
    publish.build(data, Settings(), NOW + timedelta(days=3))
    assert publish.failure(data) is None
    assert current_path(data) != served


def test_a_full_disk_is_told_from_other_failures() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.Error) as full:
        connection.execute("copy (select range from range(1000000)) to '/dev/full'")
    assert "not enough room on the disk" in str(failed_by(full.value))
    assert "not enough room on the disk" in str(failed_by(OSError(errno.ENOSPC, "No room")))
    assert "not enough room" not in str(failed_by(OSError(errno.EACCES, "Not yours")))


def test_what_an_interrupted_import_landed_is_served_by_whoever_asks_next(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1)))
    hand_in(data, write(tmp_path, "y.csv", INVOICES, invoice(2)))
    assert outstanding(data) == 100
    publish.ensure_served(data, Settings(), NOW)
    assert outstanding(data) == 200


def test_one_import_at_a_time(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    waited: list[bool] = []
    with exclusive(data), pytest.raises(LandingError, match="Another import is running"), \
            exclusive(data, wait_seconds=0.2, on_wait=lambda: waited.append(True)):
        pass
    assert waited == [True]


def test_the_sample_is_built_once_and_again_when_its_files_change(tmp_path: Path) -> None:
    folder, source = DataFolder(tmp_path / "data-sample", is_sample=True), tmp_path / "source"
    write(source, "i.csv", INVOICES, invoice(1))
    first = publish.build_sample(Settings(), folder, NOW, source)
    assert first is not None and first.is_sample and first.as_of_on == date(2026, 9, 30)
    assert publish.build_sample(Settings(), folder, NOW, source) is None
    write(source, "i.csv", INVOICES, invoice(2), invoice(3))
    assert publish.build_sample(Settings(), folder, NOW, source) is not None
    assert outstanding(folder) == 200


def test_a_cancelled_import_leaves_nothing_behind_wherever_it_was(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    bring(data, write(tmp_path, "x.csv", INVOICES, invoice(1)))
    before, served = sorted(data.path.rglob("*")), current_path(data)
    file = write(tmp_path, "y.csv", INVOICES, invoice(2))
    stopped = 0
    for patience in range(1, 100):
        left = [patience]

        def cancelled(left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] <= 0

        try:
            publish.import_files(data, Settings(), [file], NOW, cancelled=cancelled)
        except Cancelled as error:
            stopped += 1
            assert str(error).startswith("The import was cancelled; nothing of it was kept")
            assert (sorted(data.path.rglob("*")), current_path(data)) == (before, served)
        else:
            break
    assert stopped >= 5
    assert outstanding(data) == 200


def test_waiting_for_another_import_can_be_cancelled(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    file = write(tmp_path, "x.csv", INVOICES, invoice(1))
    with exclusive(data), pytest.raises(Cancelled):
        publish.import_files(data, Settings(), [file], NOW, cancelled=lambda: True)


def test_a_statement_that_runs_is_interrupted_when_somebody_cancels(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Cancelled), history.connect(Settings(), tmp_path, lambda: time.monotonic() > began + 0.5) as connection:
        connection.execute("select count(*) from range(100000000000) where range % 7 = 8")
