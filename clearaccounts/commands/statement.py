"""`statement`: one customer's statement as a PDF file."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from clearaccounts.access import OPERATOR
from clearaccounts.commands.context import Context
from clearaccounts.exporting.logos import logo
from clearaccounts.exporting.statement_data import gather, language_of
from clearaccounts.exporting.statements import to_pdf
from clearaccounts.query_files import Parameter, read_value
from clearaccounts.text import ENGLISH, SPANISH

_DAY = Parameter("as_of_on", "date", "as of the end of this day", is_required=True)


def run_statement(context: Context, arguments: Namespace) -> int:
    """Write the statement; the file is there whole or not at all."""
    as_of_on = read_value(_DAY, arguments.as_of_on)
    statement = gather(context.warehouse(), arguments.customer_id, as_of_on, OPERATOR)  # type: ignore[arg-type]  # a day was read
    language = {"en": ENGLISH, "es": SPANISH}.get(arguments.language) or language_of(statement)
    company = context.settings.company
    content = to_pdf(statement, company, logo(company.logo), language)
    beside = Path(arguments.output + ".new")
    beside.write_bytes(content)
    beside.replace(arguments.output)
    return 0
