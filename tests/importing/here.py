"""Reading a file in the test's own process, as the reading process does it: for tests of what is read, not of where."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from clearaccounts.importing.reading.__main__ import open_reader
from clearaccounts.importing.reading.collecting import REJECTS, ROWS, Collected
from clearaccounts.importing.reading.rows import Heading, no_progress


@dataclass(frozen=True)
class Read:
    """What a file holds by one of its headings."""

    format: str
    headings: tuple[Heading, ...]
    sample: list[list[str]]
    rows: list[tuple[int, list[str | None]]]
    rejects: list[tuple[int, str]]
    raw: dict[int, str]


def read_here(path: Path, encodings: Sequence[str] = ("utf-8",), choice: int = 0) -> Read:
    """Read all of a file.

    Args:
        path: the file.
        encodings: as for `Source.records`.
        choice: which of its headings.

    Raises:
        FileRefused: as `open_source` and `Source.records` do.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reader = open_reader(path, folder, path.name, no_progress)
        found = reader.headings()
        heading, sample = found[choice]
        collected = Collected(folder, len(heading.header), None, path.name, no_progress)
        try:
            reader.read(heading, encodings, collected)
        finally:
            collected.close()
        with pa.OSFile(str(folder / ROWS)) as file:
            table = pa.ipc.open_file(file).read_all()
        rejects = [json.loads(line) for line in (folder / REJECTS).read_text(encoding="utf-8").splitlines()]
        begins = dict(zip(table["line"].to_pylist(), table["span"].to_pylist(), strict=True))
        return Read(
            reader.format,
            tuple(each for each, _ in found),
            sample,
            [(line, [row[f"c{i}"] for i in range(len(heading.header))]) for line, row in zip(begins, table.to_pylist(), strict=True)],
            [(reject["line"], reject["template"].format(**reject["values"])) for reject in rejects],
            reader.raw(heading, encodings, begins),
        )
