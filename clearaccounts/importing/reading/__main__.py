"""Reads one file from outside in a process of its own, within bounds: `python -m clearaccounts.importing.reading`.

Whatever is inflated, decoded or parsed of a file is so here, never in the server or the command line. The
process is asked over standard input, a JSON object a line, and answers on standard output: any number of
`{"rows": n}`, then `{"done": {...}}` or `{"refused": template, "values": {...}}`. Each question stands for
itself, so a process that ended can be replaced by another. When the one who asks is gone, so is this one.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

from clearaccounts.errors import FileRefused
from clearaccounts.importing.reading.bounds import bounds_for, confine
from clearaccounts.importing.reading.rows import Heading, Progress, shorten
from clearaccounts.text import N_

if TYPE_CHECKING:
    from clearaccounts.importing.reading.collecting import Collected

RAW = "raw.json"
TOO_MUCH_MEMORY = N_("{file}: reading it takes more memory than one file may have; split it, or save it as CSV.")
NO_ROOM = N_("{file}: there is not enough room on the disk to read it; make room and import it again.")
_TOO_MUCH_DISK = N_("{file}: the file holds more than may be imported; split it.")
_BROKEN = N_("{file}: it cannot be read ({problem}); export it again, or save it as CSV.")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


class Reader(Protocol):
    """What every format gives. Headings come with their first rows; `read` and `raw` are for one of them."""

    format: str

    def headings(self) -> list[tuple[Heading, list[list[str]]]]: ...  # noqa: D102
    def read(self, heading: Heading, encodings: Sequence[str], collected: Collected) -> None: ...  # noqa: D102
    def raw(self, heading: Heading, encodings: Sequence[str], begins: dict[int, int]) -> dict[int, str]: ...  # noqa: D102


def open_reader(path: Path, folder: Path, name: str, progress: Progress) -> Reader:
    """The reader for a file, which its first bytes tell.

    Args:
        path: the file as it came.
        folder: for what is unpacked.
        name: what people call the file.
        progress: told how many rows have been looked at.

    Raises:
        FileRefused: it is empty, of no kind we read, cut or absurd.
    """
    with path.open("rb") as file:
        magic = file.read(8)
    if not magic:
        raise FileRefused(N_("{file}: the file is empty; export it again."), file=name)
    if magic.startswith(b"PK"):
        from clearaccounts.importing.reading.workbook import WorkbookFile  # noqa: PLC0415 - each format pays for itself alone

        return WorkbookFile(path, name)
    if magic.startswith(b"PAR1"):
        from clearaccounts.importing.reading.tabular import ParquetFile  # noqa: PLC0415 - see above

        return ParquetFile(path, name)
    if magic.startswith(_OLD_WORKBOOK):
        raise FileRefused(
            N_("{file}: this is an old or a password-protected workbook; save it as .xlsx without a password, or as CSV."), file=name
        )
    return _text_reader(path, folder, name, progress)


def _text_reader(path: Path, folder: Path, name: str, progress: Progress) -> Reader:
    from clearaccounts.importing.reading import decoding, unpacking  # noqa: PLC0415 - see above
    from clearaccounts.importing.reading.delimited import DelimitedFile  # noqa: PLC0415
    from clearaccounts.importing.reading.json_file import JsonFile  # noqa: PLC0415

    plain = path
    if unpacking.is_gzip(path):
        plain = folder / "unpacked"
        if not plain.exists():
            unfinished = folder / "unfinished"
            unpacking.unpack(path, unfinished, name)
            unfinished.rename(plain)
        if plain.stat().st_size == 0:
            raise FileRefused(N_("{file}: the file is empty; export it again."), file=name)
    encoding, _ = decoding.marked(plain)
    is_utf8 = encoding != ""
    if encoding not in ("", "utf-8"):
        plain = decoding.as_utf8(plain, (encoding,), folder / "utf8-of-16.txt", name)
    with plain.open("rb") as file:
        head = file.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"{", b"[")):
        return JsonFile(plain, folder, name, progress)
    return DelimitedFile(plain, folder, name, is_utf8=is_utf8)


class _Desk:
    """Answers questions about one file."""

    def __init__(self, path: Path, folder: Path, name: str) -> None:
        self._path = path
        self._folder = folder
        self._name = name
        self._reader: Reader | None = None

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What is said to one question.

        Raises:
            FileRefused: the file is refused whole.
        """
        if self._reader is None:
            self._reader = open_reader(self._path, self._folder, self._name, say_rows)
        if question["do"] == "open":
            found = [
                {"separator": heading.separator, "header": heading.header, "sample": sample}
                for heading, sample in self._reader.headings()
            ]
            return {"format": self._reader.format, "headings": found}
        heading = Heading(question["separator"], tuple(question["header"]))
        if question["do"] == "read":
            return self._read(self._reader, heading, question)
        begins = {int(line): int(span) for line, span in question["begins"]}
        found_raw = self._reader.raw(heading, question["encodings"], begins)
        with (self._folder / RAW).open("w", encoding="utf-8") as file:
            json.dump(found_raw if question["is_whole"] else {line: shorten(text) for line, text in found_raw.items()}, file)
        return {}

    def _read(self, reader: Reader, heading: Heading, question: dict[str, Any]) -> dict[str, Any]:
        from clearaccounts.importing.reading.collecting import Collected  # noqa: PLC0415 - Arrow is not needed to look at a header

        collected = Collected(self._folder, len(heading.header), question["wanted"], self._name, say_rows)
        reader.read(heading, question["encodings"], collected)
        collected.close()
        return {"rows": collected.row_count, "rejects": collected.reject_count}


def say(content: dict[str, Any]) -> None:
    """Answer one line."""
    sys.stdout.write(json.dumps(content, default=str) + "\n")
    sys.stdout.flush()


def say_rows(rows: int) -> None:
    """Say how far the reading is."""
    say({"rows": rows})


def peak_memory_bytes() -> int:
    """The most memory that this process has held so far; 0 where the system does not tell."""
    try:
        with Path("/proc/self/status").open(encoding="ascii") as file:
            line = next(line for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0
    return int(line.split()[1]) * 1024


def _answer(desk: _Desk, question: dict[str, Any], name: str) -> dict[str, Any]:
    try:
        return {"done": desk.answer(question)}
    except FileRefused as refused:
        return {"refused": refused.template, "values": refused.values}
    except MemoryError:
        return {"refused": TOO_MUCH_MEMORY, "values": {"file": name}}
    except OSError as error:
        template = {errno.ENOSPC: NO_ROOM, errno.EDQUOT: NO_ROOM, errno.EFBIG: _TOO_MUCH_DISK}.get(error.errno or 0, _BROKEN)
        return {"refused": template, "values": {"file": name, "problem": error.strerror}}
    except Exception as error:  # a file from outside may break a parser in any way; the person is told, the server is not in danger
        return {"refused": _BROKEN, "values": {"file": name, "problem": type(error).__name__}}


def main() -> None:
    """Answer until standard input ends, which it does with the process that asks."""
    # Arrow does without NumPy, and would load pandas too where it finds it: twice the time to start, for nothing.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    questions: SimpleQueue[dict[str, Any]] = SimpleQueue()
    first = json.loads(sys.stdin.readline() or "null")
    if first is None:
        return
    path, folder, name = Path(first["path"]), Path(first["folder"]), first["name"]
    confine(bounds_for(path.stat().st_size))

    def listen() -> None:
        for line in sys.stdin:
            questions.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    desk = _Desk(path, folder, name)
    while True:
        said = _answer(desk, questions.get(), name)
        said["peak"] = peak_memory_bytes()
        say(said)


if __name__ == "__main__":
    main()
