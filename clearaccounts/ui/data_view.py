"""The lists of the data page: what was rejected, what every import conserved, what the checks found."""

from __future__ import annotations

import pyarrow as pa

from clearaccounts import overview
from clearaccounts.access import Viewer
from clearaccounts.importing import records
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection
from clearaccounts.ui.tables import Column
from clearaccounts.warehouse import Warehouse

SECTIONS = {
    "imports": N_("Imports"), "rejects": N_("Rejects"), "checks": N_("Checks"), "sums": N_("Control totals of imports"),
    "profiles": N_("Profiles"),
}
SELECTABLE = frozenset({"imports", "checks", "profiles"})
# Of a list whose chosen row opens something below it, fewer rows are seen at a time.
VISIBLE_ROWS = {"imports": 8, "rejects": 12, "checks": 12, "sums": 12, "profiles": 10}
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
    # Invoices, payments and prices: together they are the sum of nothing.
    Column("amount_total", N_("In the file"), "amount", is_summed=False),
    Column("amount_loaded", N_("Loaded"), "amount", is_summed=False),
    Column("amount_rejected", N_("Rejected"), "amount", is_summed=False),
)
CHECK_COLUMNS = (
    Column("title", N_("Check"), width="large"),
    Column("check_level", N_("Level"), "label"),
    Column("offender_count", N_("Found"), "number"),
    Column("check_name", N_("Name")),
)
OFFENDER_COLUMNS = (Column("offender_number", N_("Number"), "number", "small"), Column("offender", N_("Found"), width="large"))


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
