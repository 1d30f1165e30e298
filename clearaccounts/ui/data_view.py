"""The parts of the data page: imports with what they conserved, rejects, checks, an upload."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts import overview
from clearaccounts.access import Viewer
from clearaccounts.decisions import record_import
from clearaccounts.errors import ClearAccountsError
from clearaccounts.importing import publish, records
from clearaccounts.settings import DataFolder
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, messages, words
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

SECTIONS = {"imports": N_("Imports"), "rejects": N_("Rejects"), "checks": N_("Checks"), "sums": N_("Control totals of imports")}
IMPORT_COLUMNS = (
    Column("file", N_("File"), width="medium"),
    Column("landed_at", N_("Imported, UTC"), "moment"),
    Column("profile", N_("Read as")),
    Column("row_count", N_("Rows"), "number"),
    Column("loaded_count", N_("Loaded"), "number"),
    Column("rejected_count", N_("Rejected"), "number"),
    Column("new_count", N_("New"), "number"),
    Column("changed_count", N_("Changed"), "number"),
    Column("unchanged_count", N_("Unchanged"), "number"),
    Column("sha256", "SHA-256"),
)
REJECT_COLUMNS = (
    Column("file", N_("File"), width="medium"),
    Column("line", N_("Line"), "number", "small"),
    Column("column", N_("Column")),
    Column("reason", N_("Reason"), width="large"),
    Column("raw", N_("As it came"), width="large"),
)
SUM_COLUMNS = (
    Column("file", N_("File"), width="medium"),
    Column("column", N_("Column")),
    Column("currency", N_("Currency"), width="small"),
    Column("amount_total", N_("In the file"), "amount"),
    Column("amount_loaded", N_("Loaded"), "amount"),
    Column("amount_rejected", N_("Rejected"), "amount"),
)
CHECK_COLUMNS = (
    Column("title", N_("Check"), width="large"),
    Column("check_level", N_("Level"), "label"),
    Column("offender_count", N_("Found"), "number"),
    Column("check_name", N_("Name")),
)
OFFENDER_COLUMNS = (Column("offender_number", N_("Number"), "number", "small"), Column("offender", N_("Found"), width="large"))
_SAID, _ROUND = "_import_said", "_import_round"
FILE_TYPES = ["csv", "gz", "xlsx", "parquet"]


def imports() -> pa.Table:
    """One row per landed file, the newest first."""
    listed = [one for one in reversed(records.landings(connection.folder())) if one.name]
    return pa.table({
        "file": pa.array([one.name for one in listed], pa.string()),
        "landed_at": pa.array([one.landed_at.replace(tzinfo=None) for one in listed], pa.timestamp("us")),
        "profile": pa.array([one.profile for one in listed], pa.string()),
        "row_count": pa.array([one.rows for one in listed], pa.int64()),
        "loaded_count": pa.array([one.loaded for one in listed], pa.int64()),
        "rejected_count": pa.array([one.rejected for one in listed], pa.int64()),
        "new_count": pa.array([one.new for one in listed], pa.int64()),
        "changed_count": pa.array([one.changed for one in listed], pa.int64()),
        "unchanged_count": pa.array([one.unchanged for one in listed], pa.int64()),
        "sha256": pa.array([one.sha256 for one in listed], pa.string()),
    })


def rejects(language: Language) -> pa.Table:
    """One row per rejected row of the newest files first, with the reason in the reader's language."""
    folder = connection.folder()
    rows = [
        {"file": one.name, "line": bad.line, "column": bad.column, "raw": bad.raw,
         "reason": language.gettext(bad.template).format(**bad.values)}
        for one in reversed(records.landings(folder)) if one.rejected for bad in records.rejects(folder, one)
    ]
    schema = pa.schema([
        ("file", pa.string()), ("line", pa.int64()), ("column", pa.string()), ("reason", pa.string()), ("raw", pa.string()),
    ])
    return pa.Table.from_pylist(rows, schema=schema)


def sums() -> pa.Table:
    """Per file, column and currency: what the file holds = what was loaded + what was rejected."""
    rows = [
        {"file": one.name, "column": f"{each.kind}.{each.column}", "currency": each.currency, "amount_total": each.total,
         "amount_loaded": each.loaded, "amount_rejected": each.rejected}
        for one in reversed(records.landings(connection.folder())) for each in one.sums
    ]
    amount = pa.decimal128(38, 4)
    schema = pa.schema([
        ("file", pa.string()), ("column", pa.string()), ("currency", pa.string()), ("amount_total", amount), ("amount_loaded", amount),
        ("amount_rejected", amount),
    ])
    return pa.Table.from_pylist(rows, schema=schema)


def checks(warehouse: Warehouse, viewer: Viewer, language: Language) -> pa.Table:
    """One row per check, failures first, with its title in the reader's language."""
    found = overview.checks(warehouse, viewer)
    titles = pa.array([language.gettext(title) for title in found["title"].to_pylist()], pa.string())
    return found.set_column(found.column_names.index("title"), "title", titles)


def offenders(warehouse: Warehouse, viewer: Viewer, check_name: str) -> pa.Table:
    """What one check found."""
    return overview.check_offenders(warehouse, overview.OffendersFilter(check_name), viewer)


def upload(viewer: Viewer) -> None:
    """Files from the reader's machine, imported like those of the command line."""
    translate = words.language().gettext
    round_number: int = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        translate(N_("Files to import")), type=FILE_TYPES, accept_multiple_files=True, key=f"upload_{round_number}",
        help=translate(N_("CSV, gzipped CSV, XLSX or Parquet; recognised by the names in its header.")),
    )
    if st.button(translate(N_("Import")), type="primary", disabled=not files, key="import", icon=":material/upload:"):
        # The same file twice is the same as once: a second click changes nothing.
        with st.status(translate(N_("Importing, checking and rebuilding"))):
            report = _import(files)
            st.session_state[_SAID] = (report, _record(viewer, report))
        # The page begins again on the new build, with the files put away: it must not show numbers of two builds.
        st.session_state[_ROUND] = round_number + 1
        st.rerun()
    if _SAID in st.session_state:
        report, unrecorded = st.session_state.pop(_SAID)
        say(report)
        if unrecorded is not None:
            messages.show(unrecorded)


def _import(files: list[Any]) -> publish.Report:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, file in enumerate(files):
            # The name is the browser's: only its last part is used, and every file has a folder of its own.
            path = Path(folder) / str(number) / (Path(str(file.name).replace("\\", "/")).name or "file.csv")
            path.parent.mkdir()
            path.write_bytes(file.getbuffer())
            paths.append(path)
        return publish.import_files(DataFolder(connection.data_root()), connection.settings(), paths, connection.now())


def _record(viewer: Viewer, report: publish.Report) -> ClearAccountsError | None:
    """Put the import on record; that it could not be recorded undoes nothing, but is said: the error is returned."""
    if not report.landed:
        return None
    files = [
        {"file": one.name, "sha256": one.sha256, "profile": one.profile, "rows": one.rows, "loaded": one.loaded, "rejected": one.rejected}
        for one in report.landed
    ]
    try:
        record_import(connection.store(), viewer, report.landed[-1].sha256, {"files": files, "withdrawn": {}}, connection.now())
    except ClearAccountsError as error:
        return error
    return None


def say(report: publish.Report) -> None:
    """What came of each file, in one sentence each."""
    language = words.language()
    translate = language.gettext
    for outcome in report.outcomes:
        if outcome.refused is not None:
            st.error(words.plain(outcome.refused.in_language(translate)), icon=":material/error:")
        elif outcome.first_landed_at is not None:
            st.text(translate(N_("{file}: the same file landed on {day} already; nothing changed.")).format(
                file=outcome.file, day=language.moment(outcome.first_landed_at)))
        elif outcome.landing is not None:
            one = outcome.landing
            st.text(translate(N_("{file}: {rows} rows, {loaded} loaded ({new} new, {changed} changed), {rejected} rejected.")).format(
                file=outcome.file, rows=language.number(one.rows), loaded=language.number(one.loaded), new=language.number(one.new),
                changed=language.number(one.changed), rejected=language.number(one.rejected)))
    if report.build_problem is not None:
        st.error(words.plain(report.build_problem.in_language(translate)), icon=":material/error:")
