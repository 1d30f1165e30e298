"""What a look at files found, and what an import brought: the same tables before and after.

Names of files, headers and cells are other people's text: they stand in cells, or escaped.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from clearaccounts.importing.canonical import FOREIGN_KINDS, kinds
from clearaccounts.importing.preview import Preview
from clearaccounts.importing.profiles import UNKNOWN_HEADER
from clearaccounts.importing.reading.sources import Reject
from clearaccounts.importing.validation import Sum
from clearaccounts.text import N_, Language
from clearaccounts.ui import labels, profile_words, tables, words
from clearaccounts.ui.tables import Column

REJECTS_SHOWN = 20
COLUMNS = (
    Column("file", N_("File"), width="medium"),
    Column("read_as", N_("Read as"), width="large"),
    Column("row_count", N_("Rows"), "number"),
    Column("loaded_count", N_("Would load"), "number"),
    Column("rejected_count", N_("Rejected"), "number"),
    Column("new_count", N_("New"), "number"),
    Column("changed_count", N_("Changed"), "number"),
    Column("unchanged_count", N_("Unchanged"), "number"),
    Column("closed_count", N_("Closed"), "number", help=N_("What a report of open items no longer holds, closed as of its day")),
)
SUM_COLUMNS = (
    Column("what", N_("Amount"), width="medium"),
    Column("currency", N_("Currency"), width="small"),
    Column("amount_total", N_("In the file"), "amount"),
    Column("amount_loaded", N_("Would load"), "amount"),
    Column("amount_rejected", N_("Rejected"), "amount"),
)
LANDED_SUM_COLUMNS = (*SUM_COLUMNS[:3], Column("amount_loaded", N_("Loaded"), "amount"), SUM_COLUMNS[4])
REJECT_COLUMNS = (
    Column("line", N_("Line"), "number", "small"),
    Column("column", N_("Column"), width="small"),
    Column("reason", N_("Reason"), width="large"),
    Column("raw", N_("As it came"), width="large"),
)
_COUNTS = pa.schema([
    ("file", pa.string()), ("read_as", pa.string()), *((name, pa.int64()) for name in (
        "row_count", "loaded_count", "rejected_count", "new_count", "changed_count", "unchanged_count", "closed_count")),
])
_UNPROVEN = N_("unproven")
_REFUSED = N_("refused")


def overview(found: Sequence[Preview], language: Language) -> pa.Table:
    """One row per file: what it would be read as and bring."""
    translate = language.gettext
    rows = []
    for one in found:
        mark = "" if one.is_proven or not one.profile else f" ({translate(_UNPROVEN)})"
        is_refused = one.refused is not None
        count = None if is_refused else one
        rows.append({
            "file": one.file,
            "read_as": translate(_REFUSED) if is_refused else title(one, language) + mark,
            "row_count": count and count.rows, "loaded_count": count and count.loaded, "rejected_count": count and count.rejected,
            "new_count": count and count.new, "changed_count": count and count.changed, "unchanged_count": count and count.unchanged,
            "closed_count": count and sum(count.closed.values()),
        })
    return pa.Table.from_pylist(rows, schema=_COUNTS)


def title(one: Preview, language: Language) -> str:
    """What the profile of a file is called; our own columns are called by what they hold."""
    if one.profile not in kinds() or one.profile in FOREIGN_KINDS:
        return one.title
    name = labels.kind(one.profile, language)
    return name[:1].upper() + name[1:]


def sums(found: Sequence[Sum], language: Language) -> pa.Table:
    """Per amount and currency: what the file holds = what would load + what would be rejected."""
    amount = pa.decimal128(38, 4)
    schema = pa.schema([
        ("what", pa.string()), ("currency", pa.string()), ("amount_total", amount), ("amount_loaded", amount), ("amount_rejected", amount),
    ])
    return pa.Table.from_pylist([
        {"what": f"{labels.kind(one.kind, language)}: {profile_words.column(one.column, language)}", "currency": one.currency,
         "amount_total": one.total, "amount_loaded": one.loaded, "amount_rejected": one.rejected}
        for one in found
    ], schema=schema)


def rejects(found: Sequence[Reject], language: Language) -> pa.Table:
    """The first rejected rows, with the reason in the reader's language."""
    schema = pa.schema([("line", pa.int64()), ("column", pa.string()), ("reason", pa.string()), ("raw", pa.string())])
    return pa.Table.from_pylist([
        {"line": one.line, "column": one.column, "raw": one.raw, "reason": language.gettext(one.template).format(**one.values)}
        for one in found[:REJECTS_SHOWN]
    ], schema=schema)


def show_details(one: Preview, key: str) -> None:
    """What is to be said of one file: where its columns come from, its sums, its first rejected rows."""
    language = words.language()
    translate = language.gettext
    if one.refused is not None:
        st.error(words.plain(_refusal(one, language)), icon=":material/error:")
        return
    if one.first_landed_at is not None:
        st.info(words.plain(translate(N_("This very file came in on {day} already; importing it again changes nothing.")).format(
            day=language.moment(one.first_landed_at))), icon=":material/info:")
    if not one.is_proven:
        said = translate(N_("Unproven: no real file of this format has been tried; its columns are taken from {source}."))
        st.warning(words.plain(said.format(source=one.source)), icon=":material/science:")
    for template, values in one.notes:
        st.text(translate(template).format(**values))
    for question in one.questions:
        said = translate(N_("The import will ask: {question}")).format(question=question.in_language(translate))
        st.warning(words.plain(said), icon=":material/help:")
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _sums(one, language, key)
    with right:
        _rejects(one, language, key)
    if one.columns:
        with st.expander(translate(N_("Columns read: {read}; kept and not read: {kept}")).format(
                read=language.number(len({header for _, header in one.columns})), kept=language.number(len(one.passed_over)))):
            st.text(translate(N_("Read: {names}")).format(names=", ".join(dict.fromkeys(header for _, header in one.columns))))
            if one.passed_over:
                st.text(translate(N_("Kept and not read: {names}")).format(names=", ".join(one.passed_over)))


def _refusal(one: Preview, language: Language) -> str:
    """Why a file is refused; where the command line would be told of its options, the page tells of its buttons."""
    if one.refused is not None and one.refused.template == UNKNOWN_HEADER:
        said = language.gettext(N_("{file}: these columns are none that we know. Map them to ours, or choose another profile."))
        return said.format(file=one.file)
    return "" if one.refused is None else one.refused.in_language(language.gettext)


def _sums(one: Preview, language: Language, key: str) -> None:
    translate = language.gettext
    st.text(translate(N_("Sums: in the file = would load + rejected")))
    if one.sums:
        tables.show(sums(one.sums, language), SUM_COLUMNS, key=f"sums_{key}",
                    alt=translate(N_("Control totals of the file")), visible_rows=6)
    else:
        st.caption(translate(N_("The file has no amounts.")))


def _rejects(one: Preview, language: Language, key: str) -> None:
    translate = language.gettext
    if not one.rejected:
        st.text(translate(N_("Rejected rows")))
        st.caption(translate(N_("Every row can be loaded.")))
        return
    shown = min(len(one.rejects), REJECTS_SHOWN)
    st.text(translate(N_("Rejected rows, the first {shown} of {count}")).format(
        shown=language.number(shown), count=language.number(one.rejected)))
    tables.show(rejects(one.rejects, language), REJECT_COLUMNS, key=f"rejects_{key}", alt=translate(N_("Rejected rows")), visible_rows=6)
