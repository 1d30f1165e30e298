"""Every built-in profile lands a small sample, and what lands is as its golden says; `--golden-write` writes them anew.

A sample is `samples/<profile>.<ending>`, or `samples/<profile>.<variant>.<ending>` where a format comes in several
shapes; its golden is the same name with `.golden.csv`. It is recognised by its header, without being named.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from clearaccounts.importing.canonical import kinds
from clearaccounts.importing.landing import Outcome
from clearaccounts.importing.profiles import known
from clearaccounts.importing.reading.readers import ENDINGS
from clearaccounts.settings import DataFolder
from tests.importing.desk import hand_in, landed

FOLDER = Path(__file__).parent / "samples"
GOLDEN = ".golden.csv"
SAMPLES = sorted(path for path in FOLDER.iterdir() if path.name.endswith(ENDINGS) and not path.name.endswith(GOLDEN))

PROFILES = sorted(name for name, profile in known().items() if not profile.is_canonical and not profile.is_kept_only)


def golden_of(sample: Path) -> Path:
    """`bank.old.csv.gz` -> `bank.old.golden.csv`."""
    bare = sample.name.removesuffix(".gz")
    return sample.with_name(bare.rpartition(".")[0] + GOLDEN)


def table(caption: str, rows: list[dict[str, object]]) -> str:
    """A caption and the rows as CSV, without the columns that are empty in all of them."""
    filled = [name for name in (rows[0] if rows else {}) if any(row[name] is not None for row in rows)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([[f"# {caption}"], filled, *([row[name] for name in filled] for row in rows)])
    return text.getvalue()


def told(data: DataFolder, outcome: Outcome) -> str:
    """What became of a file: its rows, its sums, its rejects, and every typed row in the order of its key."""
    assert outcome.landing is not None, str(outcome.refused)
    landing = outcome.landing
    parts = [table("rows", [{"rows": landing.rows, "loaded": landing.loaded, "rejected": landing.rejected}])]
    if landing.sums:
        parts.append(table("sums", [
            {"kind": s.kind, "currency": s.currency, "total": s.total, "loaded": s.loaded, "rejected": s.rejected} for s in landing.sums
        ]))
    if outcome.rejects:
        parts.append(table("rejects", [{"line": r.line, "column": r.column, "reason": r.reason} for r in outcome.rejects]))
    for name in sorted(landing.things):
        rows = landed(data, outcome, name)
        key = kinds()[name].key
        for row in rows:
            row.pop("line", None)
        parts.append(table(name, sorted(rows, key=lambda row: [str(row[column]) for column in key])))
    return "\n".join(parts)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_has_a_sample(name: str) -> None:
    assert [path.name for path in FOLDER.iterdir() if path.name.split(".")[0] == name and not path.name.endswith(GOLDEN)]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_lands_as_its_golden_says(sample: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, sample)
    assert outcome.landing is not None, str(outcome.refused)
    assert outcome.landing.profile == sample.name.split(".")[0]
    found, golden = told(data, outcome), golden_of(sample)
    if request.config.getoption("--golden-write"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


def test_no_golden_is_left_over() -> None:
    assert {path for path in FOLDER.iterdir() if path.name.endswith(GOLDEN)} == {golden_of(sample) for sample in SAMPLES}
