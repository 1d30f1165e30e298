"""What letters have in common: letterhead, page numbers, lines broken to a width, and a font that shows what it lacks.

A letter is drawn twice if it takes several pages, and the same content gives the same bytes. Nothing is fetched, and what people are
called is drawn as it is: never markup, never a link.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO

from fpdf import FPDF
from PIL import Image

from clearaccounts.exporting import fonts
from clearaccounts.exporting.fonts import BOX, printable
from clearaccounts.settings import Company
from clearaccounts.text import N_, Language

MARGIN, BOTTOM, WIDTH = 18.0, 24.0, 174.0
LINE, ROW = 4.6, 5.4
MOST_LINES = 4
INK, GREY, RULE, TINT, RED = (17, 17, 17), (85, 94, 105), (201, 207, 215), (243, 245, 248), (158, 27, 27)


@dataclass(frozen=True)
class Paper:
    """What a letter is about, beside its text: title, day, language, whose it is.

    `running` stands on top of every page but the first, `footing` at the foot of each, after the sender.
    """

    title: str
    day: date
    running: tuple[str, ...]
    footing: tuple[str, ...]
    company: Company
    logo: bytes | None
    language: Language
    is_sample: bool

    @property
    def sender(self) -> str:
        """Who writes."""
        return self.company.legal_name or self.company.name


def drawn(make: Callable[[int], Letter]) -> bytes:
    """A letter as a PDF file; `make` gives it for a number of pages, which is known once it is drawn."""
    first = make(1)
    page_count = first.written()
    if page_count == 1:
        return bytes(first.output())
    # A placeholder in the text could be a customer's name.
    letter = make(page_count)
    letter.written()
    return bytes(letter.output())


class Letter(FPDF, ABC):
    """A letter on its way to paper; lengths in millimetres, font sizes in points. Subclasses draw `_content`."""

    def __init__(self, paper: Paper, page_count: int) -> None:
        super().__init__(format="A4")
        self.paper, self.company, self.language = paper, paper.company, paper.language
        self.page_count = page_count
        self.says = paper.language.gettext
        self.has_boxes = False
        self.str_alias_nb_pages = ""
        self.set_margins(MARGIN, 16, MARGIN)
        self.set_auto_page_break(False)
        self.set_creation_date(datetime.combine(paper.day, time(), UTC))
        self.set_lang(paper.language.locale.replace("_", "-"))
        self.set_title(paper.title)
        self.set_producer("Clear Accounts")
        for style, path in fonts.STYLES.items():
            self.add_font(fonts.FAMILY, style, path)

    def written(self) -> int:
        """Draw everything; returns how many pages it took."""
        self.add_page()
        self._letterhead()
        self._content()
        if self.has_boxes:
            note = N_("{box} stands for a character that this letter's font does not have.")
            self._paragraph(self.says(note).format(box=BOX), size=7.5, colour=GREY)
        return int(self.page)

    @abstractmethod
    def _content(self) -> None:
        """Draw what stands between the letterhead and the last note."""

    # What stands on every page

    def header(self) -> None:
        """From the second page on, which letter this is."""
        if self.page == 1:
            return
        self._put(MARGIN, 12, self._line(" · ".join(self.paper.running), WIDTH, 8), size=8, colour=GREY)
        self.set_y(20)

    def footer(self) -> None:
        """Who, what the letter says of itself, and which page of how many."""
        self._rule(297 - BOTTOM + 6)
        said = [self.paper.sender, *self.paper.footing]
        if self.paper.is_sample:
            said.insert(0, self.says(N_("SAMPLE DATA")))
        self._put(MARGIN, 297 - BOTTOM + 8, self._line(" · ".join(said), WIDTH - 34, 7.5), size=7.5, colour=GREY)
        pages = self.says(N_("Page {page} of {pages}")).format(page=self.page, pages=self.page_count)
        self._put(MARGIN, 297 - BOTTOM + 8, pages, size=7.5, colour=GREY, width=WIDTH, align="R")

    def _letterhead(self) -> None:
        top = 16.0
        if self.paper.logo:
            self._logo(self.paper.logo, top)
        lines = [(self.paper.sender, "B", 11.0)]
        given = [*self.company.address.splitlines(), self.company.tax_id, *self.company.contact.splitlines()]
        lines += [(line, "", 8.5) for line in given if line.strip()]
        y = top
        for text, style, size in lines:
            for part in self._lines(text, 90, size, style):
                self._put(MARGIN + WIDTH - 90, y, part, size=size, style=style, width=90, align="R", colour=INK if style else GREY)
                y += LINE if size > 9 else 4.1
        self.set_y(max(y, top + (22 if self.paper.logo else 0)) + 8)

    def _logo(self, content: bytes, top: float) -> None:
        """At the left edge, as large as its place allows."""
        with Image.open(BytesIO(content)) as picture:
            scale = min(55 / picture.width, 22 / picture.height)
            self.image(picture, x=MARGIN, y=top, w=picture.width * scale, h=picture.height * scale)

    # How things are drawn

    def _paragraph(self, text: str, size: float = 9, colour: tuple[int, int, int] = INK) -> None:
        lines = self._lines(text, WIDTH, size, most=20)
        self._room(LINE * len(lines) + 4)
        for line in lines:
            self._put(MARGIN, self.get_y() + 1, line, size=size, colour=colour)
            self.set_y(self.get_y() + LINE)
        self.set_y(self.get_y() + 3)

    def _heading(self, text: str) -> None:
        self._room(26)
        self._put(MARGIN, self.get_y() + 2, text, size=12, style="B")
        self.set_y(self.get_y() + 9)

    def _contact(self) -> None:
        """Whom to talk to, in a box: who writes, how to reach them and where."""
        given = [line for line in (*self.company.contact.splitlines(), *self.company.address.splitlines()) if line.strip()]
        lines = [part for line in (self.paper.sender, *given) for part in self._lines(line, WIDTH - 10, 9)]
        height = 14 + LINE * len(lines)
        self._room(height)
        y = self.get_y() + 1
        self.set_fill_color(*TINT)
        self.rect(MARGIN, y, WIDTH, height - 3, style="F")
        self._put(MARGIN + 4, y + 2.5, self.says(N_("Talk to us")), size=10, style="B")
        for number, line in enumerate(lines):
            self._put(MARGIN + 4, y + 8 + LINE * number, line, size=9)
        self.set_y(y + height + 1)

    def _room(self, height: float) -> bool:
        """Begin a new page unless `height` is left on this one; True if it did."""
        if self.get_y() + height <= 297 - BOTTOM:
            return False
        self.add_page()
        return True

    def _rule(self, y: float) -> None:
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(MARGIN, y, MARGIN + WIDTH, y)

    def _put(
        self, x: float, y: float, text: str, *, size: float, style: str = "", colour: tuple[int, int, int] = INK,
        width: float | None = None, align: str = "L",
    ) -> None:
        shown = printable(text)
        self.has_boxes |= BOX in shown
        self.set_font(fonts.FAMILY, style, size)
        self.set_text_color(*colour)
        if width is not None and align == "R":
            x += width - self.get_string_width(shown)
        keep = self.get_y()
        self.text(x, y + size * 0.3528 * 0.8, shown)
        self.set_y(keep)

    def _size(self, text: str, width: float, size: float, style: str) -> float:
        """The largest size, `size` at most, in which a line of `text` fits."""
        self.set_font(fonts.FAMILY, style, size)
        taken = self.get_string_width(printable(text))
        return size if taken <= width else size * width / taken

    def _line(self, text: str, width: float, size: float, style: str = "") -> str:
        return (self._lines(text, width, size, style, most=1) or [""])[0]

    def _lines(self, text: str, width: float, size: float, style: str = "", most: int = MOST_LINES) -> list[str]:
        """`text` in lines of `width`, broken between words where there are any; what `most` lines cannot hold ends in dots."""
        self.set_font(fonts.FAMILY, style, size)
        lines: list[str] = []
        rest = printable(text)
        while rest and len(lines) < most:
            length = self._fitting(rest, width)
            if length < len(rest):
                space = rest.rfind(" ", 1, length + 1)
                length = space if space > 0 else length
            lines.append(rest[:length].rstrip())
            rest = rest[length:].lstrip()
        if rest:
            last = lines[-1]
            while last and self.get_string_width(last + "…") > width:
                last = last[:-1]
            lines[-1] = last + "…"
        return lines

    def _fitting(self, text: str, width: float) -> int:
        """How many characters of `text` fit; at least one."""
        taken = 0.0
        for number, character in enumerate(text):
            taken += self.get_string_width(character)
            if taken > width:
                return max(number, 1)
        return len(text)
