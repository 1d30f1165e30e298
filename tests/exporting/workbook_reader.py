"""A workbook as another library reads it, and its formulas calculated anew: the writer does not judge itself."""

from __future__ import annotations

import io
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

_CALL = re.compile(r"=ROUND\((.+),(\d)\)")
_SUMIFS = re.compile(r'SUMIFS\((\$[A-Z]+\$\d+:\$[A-Z]+\$\d+),(\$[A-Z]+\$\d+:\$[A-Z]+\$\d+),"([A-Z]*)"\)')
_SUM = re.compile(r"SUM\((\$[A-Z]+\$\d+:\$[A-Z]+\$\d+)\)")
_TERMS = re.compile(r"([+-]?)([A-Z]+\d+|0)")


def sheet(content: bytes, *, stored: bool = False) -> Worksheet:
    """The first worksheet; with `stored` the values that stand beside formulas, else the formulas."""
    found = openpyxl.load_workbook(io.BytesIO(content), data_only=stored).worksheets[0]
    assert isinstance(found, Worksheet)
    return found


def rows(content: bytes, *, stored: bool = True) -> list[list[Any]]:
    """All cells, row by row, blanks None."""
    return [[cell.value for cell in row] for row in sheet(content, stored=stored).iter_rows()]


def exact(value: Any) -> Decimal:
    """A cell's number as the decimal that was meant."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def formulas(content: bytes) -> dict[str, tuple[Decimal, Decimal]]:
    """By cell: the value that stands beside a formula, and what the formula comes to when calculated here."""
    written, stored = sheet(content), sheet(content, stored=True)
    found = {}
    for row in written.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                found[cell.coordinate] = exact(stored[cell.coordinate].value), calculated(written, cell.coordinate)
    return found


def calculated(written: Worksheet, place: str) -> Decimal:
    """What stands in a cell, calculated if it is a formula."""
    row, column = coordinate_to_tuple(place)
    cell = written.cell(row, column)
    if cell.data_type != "f":
        return exact(cell.value or 0)
    call = _CALL.fullmatch(str(cell.value))
    assert call, cell.value
    inner, digits = call[1], int(call[2])
    if found := _SUMIFS.fullmatch(inner):
        pairs = zip(_column(written, found[1]), _column(written, found[2]), strict=True)
        total = sum((exact(value) for value, code in pairs if code == found[3] and value is not None), Decimal(0))
    elif found := _SUM.fullmatch(inner):
        total = sum((exact(value) for value in _column(written, found[1]) if value is not None), Decimal(0))
    else:
        terms = _TERMS.findall(inner)
        assert "".join(sign + term for sign, term in terms) == inner, inner
        total = Decimal(0)
        for sign, term in terms:
            value = Decimal(0) if term == "0" else calculated(written, term)
            total += -value if sign == "-" else value
    return total.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _column(written: Worksheet, cells: str) -> list[Any]:
    left, top, right, bottom = range_boundaries(cells.replace("$", ""))
    assert left == right and left is not None
    return [written.cell(row, left).value for row in range(int(top or 0), int(bottom or 0) + 1)]
