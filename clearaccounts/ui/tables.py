"""A result as a table: what people call the thing first, amounts right-aligned in the reader's locale, days as numbers.

Customer text stays in cells, never in markdown. A table is one page of rows, so that it stays selectable; a
selection comes back as the row itself, because a position means another row after the next import.

A cell holds the value itself and beside it what the reader sees. A click on a heading sorts by the value: "9,288.93 EUR"
stands below "30,430.18 EUR", and "1 Sept 2026" below "2 Oct 2026", in every language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import streamlit as st
from pandas.io.formats.style import Styler

from clearaccounts.errors import NoWarehouse
from clearaccounts.exporting.tables import file_name
from clearaccounts.exporting.workbooks import MOST_TABLE_ROWS, Control
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, guard, labels, words
from clearaccounts.ui.columns import SORTED_BY_VALUE, Column, value_of
from clearaccounts.ui.table_files import csv_of, xlsx_of
from clearaccounts.warehouse import Warehouse

__all__ = ["Column", "Paged", "captioned", "choose", "download", "paged", "pager", "show", "slices", "styled", "whole"]

OLDEST = N_("Of the oldest overdue item")
ROW_HEIGHT = 32
PAGE_SIZE = 100
READY_ROWS = 500
# How often a choice in a table was followed and let go of, in the session.
_ROUND = "_table_round"
MIME_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def _in_words(column: Column, values: Sequence[Any], language: Language) -> Callable[[Any], str]:
    """How the reader sees a value of the column; `values` are the column's as the result gave them."""
    match column.kind:
        case "figure":
            return lambda value: language.number(value, 1)
        case "share":
            return language.percent
        case "day":
            return language.day
        case "moment":
            return language.moment
        case "bucket":
            names = {labels.bucket_order(str(name)): labels.bucket(str(name), language) for name in values if name is not None}
            return names.__getitem__
        case "number":
            return language.number
        case _:
            return str


def _config(column: Column, language: Language) -> Any:
    title = language.gettext(column.title)
    hint = language.gettext(column.help) if column.help else None
    match column.kind:
        case "amount" | "figure" | "share" | "number":
            return st.column_config.NumberColumn(title, width=column.width, help=hint, alignment="right")
        case "bucket":
            return st.column_config.NumberColumn(title, width=column.width, help=hint, alignment="left")
        case "day":
            return st.column_config.DateColumn(title, width=column.width, help=hint, alignment="left")
        case "moment":
            return st.column_config.DatetimeColumn(title, width=column.width, help=hint, alignment="left")
        case "flag":
            return st.column_config.CheckboxColumn(title, width=column.width, help=hint)
        case _:
            return st.column_config.TextColumn(title, width=column.width, help=hint)


def styled(table: pa.Table, columns: Sequence[Column], language: Language) -> Styler:
    """The rows as values, each with the words that the reader sees."""
    rows = table.to_pylist()
    types = {column.name: table.schema.field(column.name).type for column in columns if column.kind in SORTED_BY_VALUE}
    types |= {column.name: pa.int64() for column in columns if column.kind == "bucket"}
    frame = pa.table({
        column.name: pa.array([value_of(column, row, language) for row in rows], type=types.get(column.name, pa.string()))
        for column in columns
    }).to_pandas(types_mapper=pd.ArrowDtype)
    shown: Styler = frame.style
    for column in columns:
        if column.kind == "amount":
            currencies = [str(row.get(column.currency) or column.currency) for row in rows]
            for currency in set(currencies):
                own = [number for number, its in enumerate(currencies) if its == currency]
                shown.format(partial(language.amount, currency=currency), subset=(own, [column.name]), na_rep="")
        elif column.kind in SORTED_BY_VALUE and column.kind != "flag":
            values = table[column.name].to_pylist()
            shown.format(_in_words(column, values, language), subset=[column.name], na_rep="")
    return shown


def show(
    table: pa.Table,
    columns: Sequence[Column],
    *,
    key: str,
    alt: str,
    selectable: bool = False,
    visible_rows: int = 12,
) -> dict[str, Any] | None:
    """Draw the rows; return the selected one as the result gave it, or None.

    Args:
        table: one page of a result.
        columns: what to show, in order.
        key: of the widget.
        alt: what the table is, for who cannot see it (already in the reader's language).
        selectable: whether a row can be chosen.
        visible_rows: how many rows are seen without scrolling inside the table.
    """
    chosen = _draw(table, columns, key=key, alt=alt, selection="single-row" if selectable else None, visible_rows=visible_rows)
    return chosen[0] if chosen else None


def choose(
    table: pa.Table, columns: Sequence[Column], *, key: str, alt: str, several: bool = False, visible_rows: int = 12,
) -> list[dict[str, Any]]:
    """Draw the rows to choose from, one or `several`; return the chosen ones as the result gave them. See `show`."""
    return _draw(table, columns, key=key, alt=alt, selection="multi-row" if several else "single-row", visible_rows=visible_rows)


def _draw(
    table: pa.Table, columns: Sequence[Column], *, key: str, alt: str, selection: Literal["single-row", "multi-row"] | None,
    visible_rows: int,
) -> list[dict[str, Any]]:
    language = words.language()
    shown = styled(table, columns, language)
    if selection is not None:
        # A selection is a position: with other rows it must not choose somebody else. The rows are part of the widget's name.
        # What tells rows apart counts, not the first column alone: two customers of one name, or one in two currencies, may change places.
        apart = [name for name in table.column_names if name.endswith("_id") or name in {"currency", columns[0].name}]
        names = repr(table.select(apart).to_pydict())
        key = f"{key}_{hashlib.sha256(names.encode()).hexdigest()[:8]}_{st.session_state.get(_ROUND, 0)}"
    state: Any = st.dataframe(  # what it returns depends on `on_select`
        shown,
        hide_index=True,
        column_config={column.name: _config(column, language) for column in columns},
        key=key,
        alt=alt,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(max(table.num_rows, 1), visible_rows) + 1) + 4,
        on_select="ignore" if selection is None else "rerun",
        selection_mode=selection or "single-row",
        lazy=False,
        placeholder="",
    )
    if selection is None:
        return []
    return [table.slice(row, 1).to_pylist()[0] for row in state["selection"]["rows"] if row < table.num_rows]


def let_go() -> None:
    """Forget what is chosen in every table: from the next run on they are other widgets."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


@dataclass(frozen=True)
class Paged:
    """One page of a result, how many rows there are in all, and the way to all of them."""

    rows: pa.Table
    row_count: int
    fetch: Callable[[int | None, int], pa.Table]


def paged(fetch: Callable[[int | None, int], pa.Table], key: str, row_count: int | None = None) -> Paged:
    """The page that the URL's `key` asks for; the first one if there is no such page.

    Args:
        fetch: gives the rows for (limit, offset); limit None is all. Its column `row_count` counts all rows.
        key: of the pagination that `pager` draws.
        row_count: of a result without such a column.
    """
    number = str(st.session_state.get(key) or st.query_params.get(key) or "1")
    offset = (int(number) - 1) * PAGE_SIZE if number.isdecimal() and 0 < int(number) < 10**6 else 0
    rows = fetch(PAGE_SIZE, offset)
    if rows.num_rows == 0 and offset:
        rows = fetch(PAGE_SIZE, 0)
    if row_count is None:
        row_count = int(rows["row_count"][0].as_py()) if rows.num_rows else 0
    return Paged(rows, row_count, fetch)


def slices(table: pa.Table, key: str = "page") -> Paged:
    """The pages of a result that is already in memory."""
    def fetch(limit: int | None, offset: int) -> pa.Table:
        return table if limit is None else table.slice(offset, limit)
    return paged(fetch, key, table.num_rows)


def whole(table: pa.Table) -> Paged:
    """A result that is shown without paging."""
    return Paged(table, table.num_rows, lambda _limit, _offset: table)


def pager(page: Paged, key: str) -> None:
    """A pagination, if there is more than one page."""
    page_count = -(-page.row_count // PAGE_SIZE)
    if page_count > 1:
        language = words.language()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.pagination(page_count, key=key, bind="query-params")
            said = language.gettext(N_("{count} rows in all; a heading sorts the rows of this page"))
            st.caption(said.format(count=language.number(page.row_count)))


def captioned(title: str, filter_words: str, *narrowed: str | None) -> str:
    """What a file shows: its title, the page's filter in words, and what the list alone is narrowed by (None where it is not)."""
    return f"{title}. {' · '.join([filter_words, *(one for one in narrowed if one)])}"


def download(
    page: Paged, columns: Sequence[Column], *, caption: str, stem: str, control: Control | None = None,
) -> None:
    """A button that opens onto all rows as a workbook and as CSV; the first line of both is the caption and the build.

    The files are written once somebody opens it, and a long one when they ask for that file; the rest of the page stands still meanwhile.
    Their names carry the SHA-256 of what is in them: a server that told two large files apart by a sample of their bytes could hand out
    the other one.

    Args:
        page: the list; all of its rows go into the file, not only those on the page.
        columns: as on the page.
        caption: what the file shows: title, day, filter, whose customers.
        stem: what the file's name begins with.
        control: what the totals in the workbook must come to.
    """
    try:
        build = connection.warehouse()
    except NoWarehouse:
        build = None
    said = caption if build is None else f"{caption} · {words.language().gettext(N_('build {build}')).format(build=build.build.build_id)}"
    # As wide as the button: what runs alone stands in a container of its own, which would take all the width there is.
    with st.container(width="content"):
        st.fragment(guard.watched(_files))(page, columns, build, said=said, stem=stem, control=control)


def _files(
    page: Paged, columns: Sequence[Column], build: Warehouse | None, *, said: str, stem: str, control: Control | None,
) -> None:
    """The button and the files; `build` is what the page is drawn from, and `said` the first line of each file."""
    language = words.language()
    translate = language.gettext
    place = st.popover(
        translate(N_("Download")), icon=":material/download:", type="tertiary", key=f"open_{stem}", on_change="rerun", width="content")
    if not place.open:
        return
    if build is not None and connection.newest_warehouse().identity != build.identity:
        # The list is of another build, or of customers who are not theirs any more: the page comes first.
        st.rerun()
    kinds = {"xlsx": N_("Workbook (XLSX)"), "csv": N_("Text (CSV)")}
    with place:
        for extension, title in kinds.items():
            if extension == "xlsx" and page.row_count > MOST_TABLE_ROWS:
                st.caption(translate(N_("A worksheet has room for {count} rows; these are more. Take CSV, or narrow the filter.")).format(
                    count=language.number(MOST_TABLE_ROWS)))
                continue
            asked = f"_prepared_{stem}_{extension}"
            if page.row_count > READY_ROWS and st.session_state.get(asked) != said:
                label = translate(N_("Prepare {file} of {count} rows")).format(
                    file=translate(title), count=language.number(page.row_count))
                st.button(label, key=f"prepare_{stem}_{extension}", on_click=_remember, args=(asked, said),
                          icon=":material/hourglass_empty:", type="tertiary")
                continue
            rows = page.rows if page.row_count <= page.rows.num_rows else page.fetch(None, 0)
            content = (csv_of(rows, columns, said, language) if extension == "csv"
                       else xlsx_of(rows, columns, said, language, sheet=stem, control=control))
            st.download_button(
                translate(title), content, file_name=file_name(stem, content, extension), mime=MIME_TYPES[extension],
                key=f"download_{stem}_{extension}", on_click="ignore", icon=":material/download:", type="tertiary",
            )


def _remember(key: str, value: str) -> None:
    st.session_state[key] = value
