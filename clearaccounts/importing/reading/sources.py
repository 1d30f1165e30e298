"""A file from outside as the rest of us sees it: headings, records as columns of text with their lines, rejects.

What a file holds is read by a process of its own (`reading`); here nothing of it is parsed.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clearaccounts.importing.reading.child import ReadingProcess
from clearaccounts.importing.reading.rows import RAW_CHARACTERS, Heading, Progress, Reject, no_progress, shorten

__all__ = ["RAW_CHARACTERS", "Heading", "Progress", "Records", "Reject", "Source", "no_progress", "open_source", "shorten"]


@dataclass
class Records:
    """All records of a file.

    `table` has `line` (where a record begins), `span` (how many physical lines it takes) and one text
    column `c<position>` per header; `rejects` are the records that could not be split into fields.
    """

    table: pa.Table
    rejects: list[Reject] = field(default_factory=list)


class Source:
    """An opened file; made by `open_source`.

    `headings` are the ways to read its columns, the likeliest first: one per separator that is possible, or per list of
    rows in a JSON document. The first is chosen until `choose` says otherwise. `format` is csv, json, jsonl, xlsx or parquet.
    """

    def __init__(self, path: Path, name: str, folder: Path, process: ReadingProcess, opened: Mapping[str, Any]) -> None:
        headings = [(Heading(one["separator"], tuple(one["header"])), one["sample"]) for one in opened["headings"]]
        self.path = path
        self.name = name
        self.format: str = opened["format"]
        self._folder = folder
        self._process = process
        self._samples: dict[Heading, list[list[str]]] = dict(headings)
        self._encodings: tuple[str, ...] = ("utf-8",)
        self.headings = tuple(self._samples)
        self.heading = self.headings[0]
        weakref.finalize(self, process.stop)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, as the chosen heading has them."""
        return self.heading.header

    @property
    def sample_rows(self) -> list[list[str]]:
        """The first rows, at most 20, as text, by the chosen heading."""
        return self._samples[self.heading]

    @property
    def process(self) -> ReadingProcess:
        """The process that reads it."""
        return self._process

    def choose(self, heading: Heading) -> None:
        """Read the columns by another of `headings`."""
        if heading not in self._samples:
            raise ValueError(heading)
        self.heading = heading

    def records(
        self, wanted: Collection[int] | None = None, progress: Progress = no_progress, *, encodings: Sequence[str] = ("utf-8",)
    ) -> Records:
        """Read every record.

        Args:
            wanted: positions of the columns that somebody will look at; None for all.
            progress: told how many records have been read so far, and called now and then in between; what it raises
                ends the reading and is passed on.
            encodings: of a text file without a byte order mark, tried in this order.

        Raises:
            FileRefused: the file is refused whole; names file, line and what to do.
        """
        self._encodings = tuple(encodings)
        question = {**self._question("read"), "wanted": None if wanted is None else sorted(wanted)}
        self._process.ask(question, progress)
        with pa.memory_map(str(self._folder / "rows.arrow")) as mapped:
            table = pa.ipc.open_file(mapped).read_all()
        with (self._folder / "rejects.jsonl").open(encoding="utf-8") as file:
            rejects = [_reject(line) for line in file]
        return Records(table, rejects)

    def raw(self, records: Records, lines: Collection[int], *, is_whole: bool = False) -> dict[int, str]:
        """The raw text of the records that begin on `lines`, as it is kept, or the whole of it.

        A line on which no record begins is one that could not be split into fields: its own text is given.
        """
        if not lines:
            return {}
        places = records.table.select(["line", "span"]).filter(pc.is_in(records.table["line"], pa.array(sorted(lines), pa.int64())))
        spans = dict.fromkeys(lines, 1) | dict(zip(places["line"].to_pylist(), places["span"].to_pylist(), strict=True))
        self._process.ask({**self._question("raw"), "begins": list(spans.items()), "is_whole": is_whole})
        found = json.loads((self._folder / "raw.json").read_text(encoding="utf-8"))
        return {int(line): raw for line, raw in found.items()}

    def _question(self, what: str) -> dict[str, object]:
        return {
            "do": what, "separator": self.heading.separator, "header": self.heading.header, "encodings": self._encodings,
        }

    def close(self) -> None:
        """End its process and remove what was unpacked; what `records` gave stays."""
        self._process.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _reject(line: str) -> Reject:
    content = json.loads(line)
    return Reject(content["line"], "", content["template"], content["values"], content["raw"])


def open_source(path: Path, scratch: Path, name: str = "", progress: Progress = no_progress) -> Source:
    """Open `path` and read its headings; what it is, its first bytes say.

    Args:
        path: the file.
        scratch: a folder for what is unpacked and read.
        name: what people call the file, if that is not its own name.
        progress: told how many rows of a JSON file have been looked at, and called now and then; see `Source.records`.

    Raises:
        FileRefused: it cannot be read at all.
    """
    name = name or path.name
    folder = Path(tempfile.mkdtemp(prefix="reading-", dir=scratch))
    process = ReadingProcess(path, folder, name)
    try:
        opened = process.ask({"do": "open"}, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Source(path, name, folder, process, opened)
