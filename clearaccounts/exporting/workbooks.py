"""A table as a workbook for people: real dates, numbers with their currency's decimals, totals as formulas that agree.

The first row says what the file shows, the second heads the columns and stays in view. Text is always text: no formula,
no link, no number made of it, and a text that would start a formula once somebody edits its cell carries the spreadsheet's own
mark for text. A sum never mixes currencies. A formula's value is stored beside it, for readers that do not calculate.

A workbook holds numbers in binary, exact to 15 digits. An amount of more digits stands as text, to the last digit, and
so does a total that a spreadsheet's own addition would miss.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any, Literal

import pyarrow as pa
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from clearaccounts.exporting.tables import neutralised
from clearaccounts.money import minor_units

Kind = Literal["text", "amount", "number", "figure", "share", "day", "moment", "flag"]

MOST_ROWS = 1_048_576
# Caption, headings, and room for totals of every currency and a control block below the rows.
MOST_TABLE_ROWS = MOST_ROWS - 1_000
_EXACT_DIGITS = 15
_LONGEST_TEXT = 32_767
_FIRST_ROW = 2
# Serial day 1 of a workbook; a day before it cannot be a number there.
_FIRST_DAY = date(1900, 1, 1)
_NARROWEST, _WIDEST, _LOOKED_AT = 9, 48, 300
_FORMATS = {"number": "#,##0", "figure": "#,##0.0", "share": "0.0%", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
_UNIFORM_WIDTHS = {"day": 12, "moment": 17, "share": 10, "flag": 10}
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f\x7f\ufffe\uffff]")
_MARKUP = re.compile(r"<r>.*</r>\Z", re.DOTALL)
_BUILT_ON = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Field:
    """One column of a workbook.

    `title` is already in the reader's language. `currency` names the column that holds an amount's currency, or is a
    currency's code itself; `is_summed` says whether adding up the column means anything.
    """

    name: str
    title: str
    kind: Kind = "text"
    currency: str = "currency"
    is_summed: bool = True


@dataclass(frozen=True)
class Control:
    """What the columns `parts` together must come to, per currency, counted in another way."""

    parts: tuple[str, ...]
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True)
class Words:
    """What a workbook says of itself, in the reader's language.

    `currencies` heads a column of currencies by its name in the table; `currency` heads every other one.
    """

    sheet: str = "Data"
    currency: str = "Currency"
    total: str = "Total {currency}"
    control: str = "Control total"
    listed: str = "In this list"
    difference: str = "Difference"
    as_text: str = "An amount of more than 15 digits stands as text, to the last digit: a spreadsheet would round it."
    currencies: Mapping[str, str] | None = None


def is_exact(value: Decimal) -> bool:
    """Whether a workbook can hold `value` as a number without losing a digit."""
    return len(value.normalize().as_tuple().digits) <= _EXACT_DIGITS


class _Sums:
    """What is added up while rows are written: per column and currency, exactly and as a spreadsheet would."""

    def __init__(self) -> None:
        self.exact: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.binary: dict[tuple[str, str], float] = defaultdict(float)
        self.decimals: dict[tuple[str, str], int] = {}
        self.has_text: set[tuple[str, str]] = set()
        self.currencies: dict[str, None] = {}

    def add(self, name: str, currency: str, value: Decimal, decimals: int) -> None:
        key = (name, currency)
        self.currencies[currency] = None
        self.exact[key] += value
        self.decimals[key] = max(self.decimals.get(key, 0), decimals)
        if is_exact(value):
            self.binary[key] += float(value)
        else:
            self.has_text.add(key)

    def total(self, name: str, currency: str) -> Decimal:
        return self.exact.get((name, currency), Decimal(0))

    def is_computable(self, name: str, currency: str) -> bool:
        """Whether a spreadsheet that adds the numbers one after the other arrives at the exact total."""
        key = (name, currency)
        total = self.total(name, currency)
        if key in self.has_text or not is_exact(total):
            return False
        reached = Decimal(repr(self.binary[key])).quantize(Decimal(1).scaleb(-self.decimals.get(key, 2)), ROUND_HALF_UP)
        return reached == total


class _Sheet:
    """One worksheet on its way: where things stand, and how they look."""

    def __init__(self, book: Any, words: Words) -> None:
        self.book = book
        self.words = words
        self.sheet = book.add_worksheet(_sheet_name(words.sheet))
        self.row = _FIRST_ROW
        self.has_text_amount = False
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **properties: object) -> Any:
        key = tuple(properties.items())
        if key not in self._formats:
            self._formats[key] = self.book.add_format(dict(properties))
        return self._formats[key]

    def text(self, row: int, column: int, text: str, **look: object) -> None:
        """Text as it is, every line end one of a cell; clipped, and seen to be, where a cell cannot hold it."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > _LONGEST_TEXT // 2 and len(text.encode("utf-16-le")) // 2 > _LONGEST_TEXT:
            text = text.encode("utf-16-le")[: 2 * (_LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
        if neutralised(text) != text:
            look["quote_prefix"] = True
        form = self.format(**look) if look else None
        if _MARKUP.match(text):
            # The writer takes such a text for markup of its own and would write it as it is; in several runs it is text.
            self.sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:], *([form] if form else []))
        else:
            self.sheet.write_string(row, column, text, form)

    def amount(self, row: int, column: int, value: Decimal, decimals: int, **look: object) -> None:
        if is_exact(value):
            self.sheet.write_number(row, column, float(value), self.format(num_format=_amount_format(decimals), **look))
        else:
            self.has_text_amount = True
            self.text(row, column, format(value.quantize(Decimal(1).scaleb(-decimals)), "f"), align="right", **look)


def to_xlsx(
    table: pa.Table,
    fields: Sequence[Field],
    caption: str,
    words: Words | None = None,
    control: Control | None = None,
) -> bytes:
    """A table as the bytes of an XLSX file; the same rows give the same bytes.

    Args:
        table: the rows; at most `MOST_TABLE_ROWS`.
        fields: the columns, in order; a column named twice is written once, and an amount's currency stands in a column too.
        caption: the first row: what this shows, as of when, by which filter, for whom, from which build.
        words: what stands beside totals, in the reader's language.
        control: what the totals must come to; adds a block below them with the difference as a formula.

    Raises:
        ValueError: more rows than a worksheet has.
    """
    if table.num_rows > MOST_TABLE_ROWS:
        raise ValueError(f"a worksheet holds {MOST_TABLE_ROWS} rows of a table, not {table.num_rows}")
    words = words or Words()
    # Without its currency beside it an amount could be added to another currency's.
    named = dict.fromkeys(one.currency for one in fields if one.kind == "amount" and one.currency in table.column_names)
    beside = [Field(name, (words.currencies or {}).get(name, words.currency)) for name in named]
    fields = list({one.name: one for one in (*beside, *fields)}.values())
    fields.sort(key=lambda one: one in beside)
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    })
    book.set_properties({"created": _BUILT_ON})
    sheet = _Sheet(book, words)
    _head(sheet, table, fields, caption)
    sums = _Sums()
    for row in _rows(table, fields):
        for column, field in enumerate(fields):
            _cell(sheet, column, field, row, sums)
        sheet.row += 1
    last = sheet.row - 1
    if table.num_rows:
        sheet.sheet.autofilter(_FIRST_ROW - 1, 0, last, len(fields) - 1)
        totals = _totals(sheet, fields, sums, last)
        if control is not None:
            _control(sheet, control, sums, totals)
    if sheet.has_text_amount:
        sheet.row += 1
        sheet.text(sheet.row, 0, sheet.words.as_text, italic=True)
    book.close()
    return buffer.getvalue()


def _sheet_name(name: str) -> str:
    """A name that a worksheet may have: 31 characters, none of those that refer to other sheets."""
    return " ".join(_NOT_IN_A_SHEET_NAME.sub(" ", name).split())[:31].strip() or "Data"


def _rows(table: pa.Table, fields: Sequence[Field]) -> Iterator[dict[str, Any]]:
    names = {field.name for field in fields} | {field.currency for field in fields if field.kind == "amount"}
    wanted = table.select([name for name in table.column_names if name in names])
    for batch in wanted.to_batches(max_chunksize=5_000):
        yield from batch.to_pylist()


def _head(sheet: _Sheet, table: pa.Table, fields: Sequence[Field], caption: str) -> None:
    sheet.text(0, 0, caption, bold=True)
    seen = table.slice(0, _LOOKED_AT).to_pylist()
    for column, field in enumerate(fields):
        is_number = field.kind in {"amount", "number", "figure", "share"}
        sheet.text(
            _FIRST_ROW - 1, column, field.title, bold=True, text_wrap=True, valign="top", bottom=1, bg_color="#E8ECF2",
            align="right" if is_number else "left",
        )
        sheet.sheet.set_column(column, column, _width(field, seen))
    sheet.sheet.freeze_panes(_FIRST_ROW, 0)
    sheet.sheet.repeat_rows(_FIRST_ROW - 1)
    sheet.sheet.set_landscape()
    sheet.sheet.fit_to_pages(1, 0)


def _width(field: Field, seen: Sequence[Mapping[str, Any]]) -> int:
    widest = max((len(str(row[field.name])) for row in seen if row.get(field.name) is not None), default=0)
    if field.kind == "amount":
        widest = max(widest, 14)
    # Room for the filter's arrow beside a heading; a long one wraps.
    heading = max((len(word) for word in field.title.split()), default=0) + 3
    return min(max(_UNIFORM_WIDTHS.get(field.kind, widest + 2), heading, _NARROWEST), _WIDEST)


def _amount_format(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _decimals(value: Decimal, currency: str) -> int:
    """The currency's minor units, or all the decimals of a value that has more."""
    exponent = value.normalize().as_tuple().exponent
    return max(minor_units().get(currency, 2), -exponent if isinstance(exponent, int) else 0)


def _currency(field: Field, row: Mapping[str, Any]) -> str:
    return str(row[field.currency] or "") if field.currency in row else field.currency


def _cell(sheet: _Sheet, column: int, field: Field, row: Mapping[str, Any], sums: _Sums) -> None:
    value = row[field.name]
    if value is None:
        return
    match field.kind:
        case "amount":
            currency = _currency(field, row)
            decimals = _decimals(Decimal(value), currency)
            sheet.amount(sheet.row, column, Decimal(value), decimals)
            sums.add(field.name, currency, Decimal(value), decimals)
        case "number" | "figure" | "share":
            number = Decimal(str(value))
            if is_exact(number):
                sheet.sheet.write_number(sheet.row, column, float(number), sheet.format(num_format=_FORMATS[field.kind]))
            else:
                sheet.text(sheet.row, column, format(number, "f"), align="right")
        case "day" | "moment":
            _moment(sheet, column, value, _FORMATS[field.kind])
        case "flag":
            sheet.sheet.write_boolean(sheet.row, column, bool(value))
        case _:
            sheet.text(sheet.row, column, str(value))


def _moment(sheet: _Sheet, column: int, value: date, form: str) -> None:
    """A day or an instant; one before 1900, which a workbook cannot count, as text."""
    if (value.date() if isinstance(value, datetime) else value) < _FIRST_DAY:
        sheet.text(sheet.row, column, value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat())
    else:
        sheet.sheet.write_datetime(sheet.row, column, value, sheet.format(num_format=form, align="left"))


# Where a total stands, by column name and currency: its cell, or None where it is text.
_Totals = dict[tuple[str, str], str | None]


def _totals(sheet: _Sheet, fields: Sequence[Field], sums: _Sums, last: int) -> _Totals:
    """Below the rows, one row of totals for each currency."""
    summed = [(column, field) for column, field in enumerate(fields) if field.kind == "amount" and field.is_summed]
    places: _Totals = {}
    if not summed:
        return places
    sheet.row += 1
    own = {field.name: column for column, field in enumerate(fields)}
    label = next((column for column, field in enumerate(fields) if field.kind != "amount"), None)
    for currency in sorted(sums.currencies):
        if label is not None:
            sheet.text(sheet.row, label, sheet.words.total.format(currency=currency), bold=True, top=1)
        for column, field in enumerate(fields):
            if (column, field) not in summed or (field.name, currency) not in sums.exact:
                if field.name == "currency" and column != label:
                    sheet.text(sheet.row, column, currency, bold=True, top=1)
                continue
            total, decimals = sums.total(field.name, currency), sums.decimals[field.name, currency]
            place = None
            if sums.is_computable(field.name, currency):
                formula = _sum(column, own.get(field.currency), currency, last, decimals)
                look = sheet.format(num_format=_amount_format(decimals), bold=True, top=1)
                sheet.sheet.write_formula(sheet.row, column, formula, look, float(total))
                place = xl_rowcol_to_cell(sheet.row, column)
            else:
                sheet.has_text_amount = True
                sheet.text(sheet.row, column, format(total.quantize(Decimal(1).scaleb(-decimals)), "f"), bold=True, top=1, align="right")
            places[field.name, currency] = place
        sheet.row += 1
    return places


def _sum(column: int, currency_column: int | None, currency: str, last: int, decimals: int) -> str:
    """The formula of one total; rounded, because binary numbers leave crumbs."""
    def cells(of: int) -> str:
        name = xl_col_to_name(of, col_abs=True)
        return f"{name}${_FIRST_ROW + 1}:{name}${last + 1}"

    if currency_column is None:
        return f"=ROUND(SUM({cells(column)}),{decimals})"
    code = currency.replace('"', '""')
    return f'=ROUND(SUMIFS({cells(column)},{cells(currency_column)},"{code}"),{decimals})'


def _control(sheet: _Sheet, control: Control, sums: _Sums, totals: _Totals) -> None:
    """Beside what the rows come to, what the documents say, and the difference."""
    words = sheet.words
    sheet.row += 1
    for column, title in enumerate((words.currency, words.listed, words.control, words.difference)):
        sheet.text(sheet.row, column, title, bold=True, bottom=1, align="right" if column else "left")
    sheet.row += 1
    for currency in sorted({*control.amounts, *sums.currencies}):
        expected = control.amounts.get(currency, Decimal(0))
        listed = sum((sums.total(part, currency) for part in control.parts), Decimal(0))
        decimals = max(_decimals(expected, currency), _decimals(listed, currency))
        cells = [totals.get((part, currency)) for part in control.parts if (part, currency) in sums.exact]
        here = [xl_rowcol_to_cell(sheet.row, column) for column in (1, 2)]
        look = sheet.format(num_format=_amount_format(decimals))
        sheet.text(sheet.row, 0, currency)
        if all(cell is not None for cell in cells) and is_exact(listed) and is_exact(expected):
            parts = "+".join(str(cell) for cell in cells) or "0"
            sheet.sheet.write_formula(sheet.row, 1, f"=ROUND({parts},{decimals})", look, float(listed))
            sheet.amount(sheet.row, 2, expected, decimals)
            sheet.sheet.write_formula(sheet.row, 3, f"=ROUND({here[0]}-{here[1]},{decimals})", look, float(listed - expected))
        else:
            for column, value in enumerate((listed, expected, listed - expected), 1):
                sheet.amount(sheet.row, column, value, decimals)
        sheet.row += 1
