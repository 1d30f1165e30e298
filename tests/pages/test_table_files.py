"""What customers are called goes through the warehouse into every file as text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from clearaccounts import receivables
from clearaccounts.access import OPERATOR
from clearaccounts.exporting.tables import restored
from clearaccounts.text import ENGLISH, SPANISH
from clearaccounts.ui.ageing_view import ITEM_COLUMNS, customer_columns
from clearaccounts.ui.table_files import csv_of, xlsx_of
from tests.exporting.payloads import DISGUISES, FORMULAS
from tests.exporting.workbook_reader import sheet
from tests.worlds import LAST_DAY, world


def test_hostile_names_reach_both_files_as_text(tmp_path: Path) -> None:
    names = [*FORMULAS, *DISGUISES]
    found = receivables.ageing_customers(
        world(
            tmp_path,
            customers=[{"customer_id": f"{number:03d}", "customer_name": name} for number, name in enumerate(names)],
            customer_invoices=[
                {"invoice_id": f"I{number}", "customer_id": f"{number:03d}", "issued_on": "2026-05-01", "amount_total": "1.10"}
                for number, _ in enumerate(names)
            ],
        ),
        receivables.CustomersFilter(LAST_DAY), OPERATOR)
    kept = dict(zip(found["customer_id"].to_pylist(), found["customer_name"].to_pylist(), strict=True))
    assert len(kept) == len(names)
    rows = list(csv.reader(io.StringIO(csv_of(found, customer_columns(None), "Título", SPANISH).decode("utf-8-sig"), newline="")))
    assert {row[1]: restored(row[0]) for row in rows[2:]} == kept
    assert rows[0] == ["Título"] and rows[1][0] == "Cliente"
    written = sheet(xlsx_of(found, customer_columns(None), "Título", SPANISH, sheet="ageing"))
    listed = list(written.iter_rows(min_row=3, max_row=2 + len(names)))
    assert {row[0].data_type for row in listed} == {row[1].data_type for row in listed} == {"s"}
    assert {row[1].value for row in listed} == set(kept)
    # Formulas are ours alone: the totals of three columns.
    assert sum(cell.data_type == "f" for row in written.iter_rows() for cell in row) == 3


def test_text_has_the_words_of_the_page_where_a_spreadsheet_would_see_a_day(tmp_path: Path) -> None:
    found = receivables.open_item_list(
        world(tmp_path, customers=[{"customer_id": "C1"}],
              customer_invoices=[{"invoice_id": "I1", "issued_on": "2026-06-01", "due_on": "2026-06-10", "amount_total": "1.10"}]),
        receivables.ItemListFilter(LAST_DAY), OPERATOR)
    assert found["bucket"].to_pylist() == ["1-30"]
    for language, said in ((ENGLISH, "1–30 days"), (SPANISH, "1–30 días")):
        written = csv_of(found, ITEM_COLUMNS, "Title", language).decode("utf-8-sig")
        assert f'"{said}"' in written and "1-30" not in written
