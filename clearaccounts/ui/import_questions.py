"""A question that an import waits with: what would happen, its figures, and a button that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import streamlit as st

from clearaccounts.importing.questions import Question
from clearaccounts.text import N_, Language
from clearaccounts.ui import labels, tables, words
from clearaccounts.ui.tables import Column

_TITLES = {
    "withdraw": N_("Rows would be withdrawn"), "shrink": N_("Open invoices would vanish"), "older": N_("This report is an older one"),
    "closed": N_("Rows would be closed"),
}
_VERBS = {
    "withdraw": N_("Withdraw and import"), "shrink": N_("Let them vanish and import"), "older": N_("Import the older report"),
    "closed": N_("Close them and import"),
}
_SHRINK_COLUMNS = (
    Column("currency", N_("Currency"), width="small"),
    Column("invoice_count", N_("Open invoices now"), "number"),
    Column("gone_count", N_("No longer open"), "number"),
    Column("amount_before", N_("Open now"), "amount"),
    Column("amount_gone", N_("Would be gone"), "amount"),
)
_COUNT_COLUMNS = (Column("kind", N_("Of"), "label"), Column("row_count", N_("Rows"), "number"))

Click = tuple[Callable[..., None], tuple[Any, ...]]


def ask(question: Question, yes: Click, no: Click) -> None:
    """Show the question with its figures; `yes` and `no` are callbacks with their arguments."""
    language = words.language()
    translate = language.gettext
    st.subheader(translate(_TITLES.get(question.kind, N_("Please confirm"))), anchor=False)
    st.warning(words.plain(question.in_language(translate)), icon=":material/warning:")
    _figures(question, language)
    with st.container(horizontal=True):
        st.button(translate(_VERBS.get(question.kind, N_("Import"))), on_click=yes[0], args=yes[1], key="confirm", type="primary")
        st.button(translate(N_("Import nothing")), on_click=no[0], args=no[1], key="decline")


def _figures(question: Question, language: Language) -> None:
    translate = language.gettext
    if question.shrinkage:
        amount = pa.decimal128(38, 4)
        schema = pa.schema([
            ("currency", pa.string()), ("invoice_count", pa.int64()), ("gone_count", pa.int64()), ("amount_before", amount),
            ("amount_gone", amount),
        ])
        rows = [
            {"currency": one.currency, "invoice_count": one.count_before, "gone_count": one.count_gone,
             "amount_before": one.amount_before, "amount_gone": one.amount_gone}
            for one in question.shrinkage
        ]
        tables.show(pa.Table.from_pylist(rows, schema=schema), _SHRINK_COLUMNS, key="question", alt=translate(N_("What would vanish")))
    elif question.counts:
        table = pa.table({
            "kind": pa.array([labels.kind(name, language) for name in question.counts], pa.string()),
            "row_count": pa.array(list(question.counts.values()), pa.int64()),
        })
        tables.show(table, _COUNT_COLUMNS, key="question", alt=translate(N_("How many rows")))
