"""The rejected rows of a file, as a file of their own: to be mended and imported again by the same profile.

They are taken from the file as it came, whole and unchanged, under its own header. A file of JSON gives JSON Lines;
a workbook and a Parquet file give CSV.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from clearaccounts.errors import FileRefused
from clearaccounts.importing.landing import choose
from clearaccounts.importing.profiles import known
from clearaccounts.importing.profiles.language import Profile
from clearaccounts.importing.reading.sources import Source, open_source
from clearaccounts.importing.records import Landing, rejects
from clearaccounts.settings import DataFolder

_LIKELY_ENCODINGS = ("utf-8", "cp1252", "latin-1")
_JSON = frozenset({"json", "jsonl"})


def rejected_rows(folder: DataFolder, landing: Landing) -> bytes:
    """The rejected rows of a landing with the file's header, in UTF-8; empty if none was rejected.

    Args:
        folder: where it landed.
        landing: one that has a file.

    Raises:
        FileRefused: the landed file cannot be read any more.
    """
    lines = [one.line for one in rejects(folder, landing)]
    if not lines:
        return b""
    raw = next((folder.landing / landing.folder_name).glob("raw*"))
    with tempfile.TemporaryDirectory(prefix="clearaccounts-") as work:
        source = open_source(raw, Path(work), landing.name)
        try:
            return _rows(source, lines, landing, known(folder.path))
        finally:
            source.close()


def suggested_name(landing: Landing) -> str:
    """What the file of rejected rows may be called."""
    stem = re.sub(r"(\.(csv|tsv|txt|json|jsonl|ndjson|xlsx|parquet))?(\.gz)?$", "", landing.name, flags=re.IGNORECASE)
    is_json = re.search(r"\.(json|jsonl|ndjson)(\.gz)?$", landing.name, re.IGNORECASE)
    return f"{stem}.rejected.{'jsonl' if is_json else 'csv'}"


def _rows(source: Source, lines: list[int], landing: Landing, profiles: Mapping[str, Profile]) -> bytes:
    try:
        encodings = choose(source, landing.profile, profiles).habits.encodings
    except FileRefused:
        # An own profile may have been deleted since: the likeliest reading is as good.
        source.choose(source.headings[0])
        encodings = _LIKELY_ENCODINGS
    records = source.records(set(), encodings=encodings)
    raw = source.raw(records, lines, is_whole=True)
    if source.format in _JSON:
        # Within JSON a line end is nothing but space; so each row is one line.
        return "".join(re.sub(r"[\r\n]+", " ", raw[line]) + "\n" for line in lines).encode()
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=source.heading.separator or ",", lineterminator="\n").writerow(source.header)
    # With its mark every spreadsheet, and every profile, reads it as what it is.
    return ("\ufeff" + buffer.getvalue() + "".join(raw[line] + "\n" for line in lines)).encode()
