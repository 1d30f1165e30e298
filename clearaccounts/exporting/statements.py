"""A customer statement as a PDF letter: what is open, how old it is, and how to pay it.

One function from data to bytes: the same statement gives the same bytes. Nothing is fetched, and what customers are called is drawn as
it is: never markup, never a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from clearaccounts.exporting.letters import GREY, INK, LINE, MARGIN, RED, ROW, RULE, TINT, WIDTH, Letter, Paper, drawn
from clearaccounts.exporting.references import spaced
from clearaccounts.exporting.statement_data import CURRENT, Credit, Item, Section, Statement
from clearaccounts.money import minor_units
from clearaccounts.settings import Company
from clearaccounts.text import N_, Language

CELLS_IN_A_ROW = 7
# From what is not yet due to the oldest, told apart by lightness too.
RAMP = ((143, 168, 191), (224, 190, 120), (214, 138, 72), (190, 78, 50), (128, 24, 36))
_SOURCES = {"payment": N_("Payment"), "credit_note": N_("Credit note")}


@dataclass(frozen=True)
class _Column:
    title: str
    width: float
    is_number: bool = False


def to_pdf(statement: Statement, company: Company, logo: bytes | None, language: Language) -> bytes:
    """The statement as a PDF file.

    Args:
        statement: what is open.
        company: whose letter it is: name, address, tax id, contact, payment details.
        logo: a PNG or JPEG, or None.
        language: of the letter.
    """
    title = language.gettext(N_("Statement of account"))
    day = language.gettext(N_("as of {day}")).format(day=language.day(statement.as_of_on))
    build = language.gettext(N_("build {build}")).format(build=statement.build_id)
    paper = Paper(
        title, statement.as_of_on, (title, day, statement.customer_name), (day, build), company, logo, language, statement.is_sample)
    return drawn(lambda page_count: _StatementLetter(statement, paper, page_count))


class _StatementLetter(Letter):
    """One statement on its way to paper."""

    def __init__(self, statement: Statement, paper: Paper, page_count: int) -> None:
        super().__init__(paper, page_count)
        self.statement = statement

    def _content(self) -> None:
        self._addressee()
        if not self.statement.sections:
            self._paragraph(self.says(N_("Nothing is open on this day. Thank you.")))
        for section in self.statement.sections:
            self._section(section)
        self._how_to_pay()

    # The parts of the letter

    def _addressee(self) -> None:
        statement = self.statement
        y = self.get_y()
        self._put(MARGIN, y, self.says(N_("Statement of account")), size=19, style="B")
        self.set_y(y + 11)
        top = y = self.get_y()
        for part in self._lines(statement.customer_name, 86, 11, "B"):
            self._put(MARGIN, y, part, size=11, style="B")
            y += 5
        for text in (statement.contact_name, statement.contact_email):
            for part in self._lines(text or "", 86, 9):
                self._put(MARGIN, y, part, size=9, colour=GREY)
                y += LINE
        facts = (
            (N_("As of"), self.language.day(statement.as_of_on)), (N_("Customer number"), statement.customer_id),
            (N_("Payment reference"), spaced(statement.payment_reference)),
        )
        right = top
        for title, value in facts:
            self._put(MARGIN + 92, right, self.says(title), size=9, colour=GREY)
            for part in self._lines(value, 56, 9, "B"):
                self._put(MARGIN + 118, right, part, size=9, style="B", width=56, align="R")
                right += LINE
        self.set_y(max(y, right) + 6)

    def _section(self, section: Section) -> None:
        self._room(46)
        y = self.get_y() + 2
        self._rule(y)
        self._put(MARGIN, y + 2.5, self.says(N_("In {currency}")).format(currency=section.currency), size=12, style="B")
        self.set_y(y + 10)
        self._strip(section)
        if section.items:
            self._items(section)
        if section.credits:
            self._credits(section)
        self._sums(section)
        self._paragraph(self.says(_request(section)))

    def _strip(self, section: Section) -> None:
        """The balance by days overdue, side by side, with what is not applied and what remains."""
        aged = len(section.buckets)
        cells = [(_bucket(name, self.says), amount, RAMP[min(round(number * (len(RAMP) - 1) / max(aged - 1, 1)), len(RAMP) - 1)])
                 for number, (name, amount) in enumerate(section.buckets)]
        cells.append((self.says(N_("Not yet applied")), section.amount_unapplied, RULE))
        cells.append((self.says(N_("Total due")), section.amount_due, INK))
        row_count = -(-len(cells) // CELLS_IN_A_ROW)
        in_a_row = -(-len(cells) // row_count)
        width = WIDTH / in_a_row
        for start in range(0, len(cells), in_a_row):
            self._room(16)
            y = self.get_y()
            for number, (title, amount, colour) in enumerate(cells[start : start + in_a_row]):
                x = MARGIN + number * width
                is_total = start + number == len(cells) - 1
                self.set_fill_color(*TINT)
                self.rect(x, y, width - 1.2, 13, style="F")
                self.set_fill_color(*colour)
                self.rect(x, y, width - 1.2, 1.1, style="F")
                self._put(x + 1.5, y + 2.6, self._line(title, width - 4, 7.5), size=7.5, colour=GREY)
                said = self._number(amount, section.currency)
                size = self._size(said, width - 4, 10, "B" if is_total else "")
                self._put(x + 1.5, y + 7, said, size=size, style="B" if is_total else "", width=width - 4.2, align="R")
            self.set_y(y + 15.5)

    def _items(self, section: Section) -> None:
        columns = (
            _Column(N_("Invoice"), 47), _Column(N_("Issued"), 24), _Column(N_("Due"), 24), _Column(N_("Days overdue"), 23, True),
            _Column(N_("Invoiced"), 28, True), _Column(N_("Outstanding"), 28, True),
        )
        self._table(N_("Open items"), columns, [self._item(item, section.currency) for item in section.items])

    def _item(self, item: Item, currency: str) -> list[str]:
        called = item.invoice_number
        if item.instalment_number is not None:
            called += " · " + self.says(N_("instalment {number}")).format(number=item.instalment_number)
        return [
            called, self.language.day(item.issued_on), self.language.day(item.due_on),
            self.language.number(item.overdue_days) if item.overdue_days > 0 else "",
            self._number(item.amount_total, currency), self._number(item.amount_outstanding, currency),
        ]

    def _credits(self, section: Section) -> None:
        columns = (
            _Column(N_("Document"), 26), _Column(N_("Number"), 45), _Column(N_("Your reference"), 23), _Column(N_("Day"), 24),
            _Column(N_("Amount"), 28, True), _Column(N_("Not yet applied"), 28, True),
        )
        self._table(
            N_("Payments and credits not yet applied"), columns, [self._credit(credit, section.currency) for credit in section.credits])

    def _credit(self, credit: Credit, currency: str) -> list[str]:
        return [
            self.says(_SOURCES.get(credit.source_type, credit.source_type)), credit.source_id, credit.reference or "",
            self.language.day(credit.source_on), self._number(credit.amount_total, currency),
            self._number(credit.amount_unapplied, currency),
        ]

    def _sums(self, section: Section) -> None:
        rows = [(N_("Open items"), section.amount_open, "", INK)]
        if section.amount_overdue:
            rows.append((N_("of which overdue"), section.amount_overdue, "", RED))
        if section.credits:
            rows.append((N_("Payments and credits not yet applied"), section.amount_unapplied, "", INK))
        rows.append((N_("Total due") if section.amount_due >= 0 else N_("In your favour"), section.amount_due, "B", INK))
        self._room(LINE * len(rows) + 6)
        y = self.get_y() + 2
        for title, amount, style, colour in rows:
            self._put(MARGIN + 60, y, self.says(title), size=9, style=style, width=80, align="R", colour=colour)
            said = self.language.amount(amount, section.currency) if style else self._number(amount, section.currency)
            self._put(MARGIN + 140, y, said, size=self._size(said, 33, 9, style), style=style, width=33, align="R", colour=colour)
            y += LINE + 0.4
        self.set_y(y + 2)

    def _how_to_pay(self) -> None:
        if not any(section.amount_due > 0 for section in self.statement.sections):
            return
        details = [part for line in self.company.payment_details.splitlines() for part in self._lines(line, WIDTH - 10, 9)]
        height = 17 + LINE * len(details)
        self._room(height)
        y = self.get_y() + 1
        self.set_fill_color(*TINT)
        self.rect(MARGIN, y, WIDTH, height - 3, style="F")
        self._put(MARGIN + 4, y + 2.5, self.says(N_("How to pay")), size=10, style="B")
        quoted = self.says(N_("Please quote this reference: {reference}")).format(reference=spaced(self.statement.payment_reference))
        self._put(MARGIN + 4, y + 8, quoted, size=9)
        for number, line in enumerate(details):
            self._put(MARGIN + 4, y + 8 + LINE * (number + 1), line, size=9)
        self.set_y(y + height + 1)

    # How things are drawn

    def _table(self, title: str, columns: Sequence[_Column], rows: Sequence[Sequence[str]]) -> None:
        """Rows under headings, which come again on each new page; a long first cell takes several lines."""
        self._room(24)
        self._put(MARGIN, self.get_y() + 1, self.says(title), size=10, style="B")
        self.set_y(self.get_y() + 7)
        self._headings(columns)
        for row in rows:
            cells = [self._lines(cell, column.width - 2, 8.5) or [""] for cell, column in zip(row, columns, strict=True)]
            height = ROW + 3.8 * (max(map(len, cells)) - 1)
            if self._room(height):
                self._headings(columns)
            x, y = MARGIN, self.get_y()
            for cell, column in zip(cells, columns, strict=True):
                for number, part in enumerate(cell):
                    size = self._size(part, column.width - 2, 8.5, "")
                    self._put(x + 1, y + 1 + 3.8 * number, part, size=size, width=column.width - 2, align="R" if column.is_number else "L")
                x += column.width
            self._rule(y + height)
            self.set_y(y + height)
        self.set_y(self.get_y() + 3)

    def _headings(self, columns: Sequence[_Column]) -> None:
        x, y = MARGIN, self.get_y()
        self.set_fill_color(*TINT)
        self.rect(MARGIN, y, WIDTH, ROW + 0.4, style="F")
        for column in columns:
            said = self._line(self.says(column.title), column.width - 2, 8)
            self._put(x + 1, y + 1.2, said, size=8, colour=GREY, width=column.width - 2, align="R" if column.is_number else "L")
            x += column.width
        self.set_y(y + ROW + 0.4)

    def _number(self, value: Decimal, currency: str) -> str:
        """An amount without its currency, with all its decimals."""
        exponent = value.normalize().as_tuple().exponent
        digits = max(minor_units().get(currency, 2), -exponent if isinstance(exponent, int) else 0)
        return self.language.number(value, digits)


def _bucket(name: str, says: Callable[[str], str]) -> str:
    if name == CURRENT:
        return says(N_("Not yet due"))
    return says(N_("{days} days")).format(days=name.replace("-", "–"))


def _request(section: Section) -> str:
    """What the letter asks of the customer for one currency."""
    if section.amount_due <= 0:
        return N_("There is nothing to pay. What is in your favour is set against your next invoices; tell us if something looks wrong.")
    if section.amount_overdue > 0:
        return N_("Part of this is past its due date. If your payment is on its way, thank you; if not, please pay it now or tell us what "
                  "stands in the way.")
    return N_("Nothing is overdue. Please pay each invoice by its due date.")
