"""Files land once, whole, and lose nothing."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearaccounts.importing import history
from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.files import file_hash
from clearaccounts.importing.landing import Outcome
from clearaccounts.importing.records import landings, rejects
from clearaccounts.settings import DataFolder, Settings
from tests.importing.desk import INVOICES, NOW, hand_in, ids, invoice, landed, said, write

NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)


def counts(outcome: Outcome) -> tuple[int, int, int]:
    assert outcome.landing is not None
    return outcome.landing.new, outcome.landing.changed, outcome.landing.unchanged


def latest(folder: DataFolder, tmp_path: Path) -> dict[str, Decimal]:
    """Invoice -> amount, by the newest landing of each."""
    with history.connect(Settings(), tmp_path) as connection:
        newest = history.latest(kinds()["customer_invoices"], lambda one: folder.landing / one.folder_name, landings(folder))
        rows = connection.sql(newest).to_arrow_table().to_pylist()
    return {row["invoice_id"]: row["amount_total"] for row in rows}


def test_a_landing_keeps_the_file_as_it_came_under_its_hash(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    file = write(tmp_path, "Mayo.CSV", INVOICES, invoice(1), invoice(2, "x"))
    outcome = hand_in(data, file)
    (landing,) = landings(data)
    assert landing == outcome.landing
    assert (landing.name, landing.sha256, landing.landed_at) == ("Mayo.CSV", file_hash(file), NOW)
    raw = data.landing / landing.sha256 / "raw.csv"
    assert raw.read_bytes() == file.read_bytes()
    assert rejects(data, landing) == list(outcome.rejects)


def test_the_same_file_again_is_the_same_as_once(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    file = write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2, "x"))
    hand_in(data, file)
    copy = tmp_path / "copy.csv"
    shutil.copy(file, copy)
    again = hand_in(data, copy, NOON)
    assert again.first_landed_at == NOW
    assert said(again) == [(3, "amount_total", "x is not an amount such as 1234.50")]
    assert len(landings(data)) == 1


def test_a_new_version_of_a_row_replaces_the_old_one_and_is_counted(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    assert counts(hand_in(data, write(tmp_path, "x.csv", INVOICES, invoice(1), invoice(2)))) == (2, 0, 0)
    assert counts(hand_in(data, write(tmp_path, "y.csv", INVOICES, invoice(2, "7.00"), invoice(1), invoice(3)), NOON)) == (1, 1, 1)
    assert latest(data, tmp_path) == {"I1": Decimal(100), "I2": Decimal(7), "I3": Decimal(100)}


def test_an_older_file_again_changes_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    old, new = write(tmp_path, "old.csv", INVOICES, invoice(1)), write(tmp_path, "new.csv", INVOICES, invoice(1, "7.00"))
    hand_in(data, old)
    hand_in(data, new, NOW + timedelta(days=1))
    assert hand_in(data, old, NOW + timedelta(days=2)).first_landed_at == NOW
    assert latest(data, tmp_path) == {"I1": Decimal(7)}


def test_a_refused_file_leaves_nothing_behind(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    assert hand_in(data, write(tmp_path, "x.csv", "a,b", "1,2")).refused is not None
    assert data.is_empty
    assert [path.name for path in data.path.iterdir()] == ["import.lock"]


BROKEN = st.sampled_from([
    "1.005", "1e5", "NaN", "-1", "2026-02-30", "01/02/2026", "", "EURO", "\0", "  ", "€5", "9" * 40, "=1+1", "\u202e", "x" * 2000,
])
MUTATION = st.one_of(
    st.tuples(st.just("value"), st.integers(0, 5), BROKEN),
    st.tuples(st.just("drop"), st.integers(0, 5), st.just("")),
    st.tuples(st.just("add"), st.integers(0, 5), st.just("extra")),
    st.tuples(st.just("quote"), st.integers(0, 5), st.just('"x"y')),
    st.tuples(st.just("open"), st.integers(0, 5), st.just('"x')),
    st.tuples(st.just("blank"), st.just(0), st.just("")),
)


def mutate(number: int, kind: str, position: int, text: str) -> str:
    cells = invoice(number).split(",")
    match kind:
        case "drop":
            del cells[position]
        case "add":
            cells.insert(position, text)
        case "blank":
            return ""
        case _:
            cells[position] = text
    return ",".join(cells)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mutations=st.dictionaries(st.integers(0, 19), MUTATION, max_size=12),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    starts_with_mark=st.booleans(),
)
def test_rows_are_loaded_or_rejected_and_no_good_row_is_lost(
    mutations: dict[int, tuple[str, int, str]], line_end: str, starts_with_mark: bool
) -> None:
    # The first and the last line stay whole: a last line that is short refuses the file, as it must.
    lines = [mutate(n, *mutations[n]) if n in mutations and 0 < n < 19 else invoice(n) for n in range(20)]
    good = {f"I{n}" for n in range(20) if n not in mutations or n in {0, 19}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = DataFolder(folder / "data")
        mark = "\ufeff" if starts_with_mark else ""
        file = folder / "x.csv"
        file.write_bytes((mark + line_end.join([INVOICES, *lines])).encode())
        outcome = hand_in(data, file)
        if outcome.refused is not None:
            # Only a quote that is never closed may refuse this file whole.
            assert "never closed" in str(outcome.refused) and any(m[0] == "open" for m in mutations.values())
            return
        assert outcome.landing is not None
        landing = outcome.landing
        assert landing.rows == landing.loaded + landing.rejected == sum(bool(line) for line in lines)
        assert landing.rejected == len(outcome.rejects)
        assert good <= set(ids(landed(data, outcome, "customer_invoices"), "invoice_id"))
        assert all(s.total == s.loaded + s.rejected for s in landing.sums)
        physical = [INVOICES, *lines]
        assert all(physical[reject.line - 1].startswith(reject.raw.split("\n")[0].split("\r")[0][:100]) for reject in outcome.rejects)
