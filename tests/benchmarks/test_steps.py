"""Every step of `make bench` runs on a tiny partner and gives its figures; nothing is timed here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import asked, figures, frames, generate, landing, measure
from clearaccounts.access import OPERATOR
from clearaccounts.settings import ROOT, Settings
from clearaccounts.ui import connection
from clearaccounts.warehouse import Warehouse, open_current, open_read_only

INVOICES = 400


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a step repeats for its median is done once."""
    for module in (figures, asked, frames):
        monkeypatch.setattr(module, "AT_LEAST", 1)
    monkeypatch.setattr(asked, "TIMES", 1)
    monkeypatch.setattr(asked, "CUSTOMERS", 1)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated")


@pytest.fixture(scope="module")
def work(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a partner has landed and its warehouse was built."""
    folder = tmp_path_factory.mktemp("work")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "AT_LEAST", 1)
        measure.land(INVOICES, generated, folder)
        assert_figures(measure.build(INVOICES, generated, folder), "build")
    return folder


def assert_figures(found: Mapping[str, figures.Figures], *names: str) -> None:
    assert set(found) == set(names)
    for given in found.values():
        assert given["seconds"] > 0
        assert given["times"] >= 1


def test_a_step_prints_its_figures_and_its_memory(generated: Path, work: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.measure", "copy", str(INVOICES), str(generated), str(work)]

    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    found = json.loads(printed)
    assert_figures(found, "copy")
    assert found["copy"]["times"] == 5
    assert found["copy"]["peak_bytes"] > 2**20


def test_what_has_landed_is_what_was_generated(generated: Path, work: Path) -> None:
    warehouse = open_current(measure.data_folder(work), Settings())

    with closing(open_read_only(warehouse.path, Settings())) as reader:
        assert reader.execute("select count(*) from invoices").fetchall() == [(INVOICES,)]
    assert warehouse.build.as_of_on == generate.LAST_DAY


def test_the_floor_of_the_ageing_reads_what_the_ageing_reads(generated: Path, work: Path) -> None:
    warehouse = open_current(measure.data_folder(work), Settings())
    values = {"as_of_on": measure.MONTH_ENDS[12]}

    read = measure.columns_read(warehouse, "receivables/ageing", values)
    floor = measure.scan_and_sum(warehouse, "receivables/ageing", values)

    assert "customer_name" in read["customers"]
    assert {"name_order", "currency", "open_from_on", "open_through_on", "amount_open"} <= read["open_amounts"]
    with closing(open_read_only(warehouse.path, Settings())) as reader:
        [totals] = reader.execute(floor).fetchall()
        assert len(totals) == sum(len(names) for names in read.values())
        assert None not in totals
        for table, names in read.items():
            for name in names & {"amount_open"}:
                assert reader.execute(f"select sum({name}) from {table}").fetchall()[0][0] in totals


def test_ageing(generated: Path, work: Path) -> None:
    found = measure.ageing(INVOICES, generated, work)

    assert_figures(found, "ageing", "scan")
    assert found["ageing"]["times"] == len(measure.MONTH_ENDS) == 25
    assert (measure.MONTH_ENDS[0].isoformat(), measure.MONTH_ENDS[-1].isoformat()) == ("2024-06-30", "2026-06-30")


def test_pandas_does_the_same_work(generated: Path, work: Path) -> None:
    assert_figures(frames.measure(INVOICES, generated, work), "pandas_load", "pandas_ageing")


def test_pandas_that_forgot_a_payment_is_no_comparison(generated: Path, work: Path) -> None:
    loaded = frames.load(generate.write(generated, INVOICES))
    paid = loaded.allocations["applied_on"] == loaded.allocations["applied_on"].min()

    with pytest.raises(SystemExit, match="do not agree"):
        frames.check(frames.Frames(loaded.invoices, loaded.allocations[~paid]), measure.MONTH_ENDS[0], work)


@pytest.mark.parametrize(("step", "name"), [("text", "text"), ("first", "landing"), ("changed", "landing_changed")])
def test_landing(step: str, name: str, generated: Path, tmp_path: Path) -> None:
    assert_figures(landing.STEPS[step](INVOICES, generated, tmp_path), name)


@pytest.fixture
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages' settings are read anew, and again afterwards; the step sets the data folder."""
    monkeypatch.setenv("CLEARACCOUNTS_DATA", "")
    (tmp_path / "clearaccounts.toml").touch()
    monkeypatch.setenv("CLEARACCOUNTS_CONFIG", str(tmp_path / "clearaccounts.toml"))
    connection.settings.cache_clear()
    yield
    connection.settings.cache_clear()


@pytest.mark.usefixtures("own_settings")
@pytest.mark.parametrize(("page", "query"), [("overview", "overview/currencies"), ("account", "accounts/account")])
def test_what_a_page_asks_is_asked_again(page: str, query: str, generated: Path, work: Path) -> None:
    run = Warehouse.run

    found = asked.STEPS[page](INVOICES, generated, work)

    assert_figures(found, page, f"{page}_again", f"{page}_point")
    assert query in [one["query"] for one in found[page]["queries"]]
    assert Warehouse.run is run


def test_a_question_is_asked_as_the_first_one_or_as_a_later_one(work: Path) -> None:
    warehouse = open_current(measure.data_folder(work), Settings())
    with asked.noted_questions() as noted:
        answer = warehouse.run("overview/currencies", {}, OPERATOR)
        warehouse.run("receivables/ageing", {"as_of_on": generate.LAST_DAY}, viewer=OPERATOR)

    assert [one.name for one in noted] == ["overview/currencies", "receivables/ageing"]
    assert noted[0].ask() is answer
    first = noted[0].ask(warehouse.afresh())
    assert first is not answer
    assert first == answer
