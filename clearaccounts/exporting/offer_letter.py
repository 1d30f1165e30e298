"""A customer's support as a letter: who supports them, when, how to reach them, how soon they answer, and what Microsoft does.

One function from data to bytes: the same terms and rules give the same bytes. Names and agreed words are drawn as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from babel import Locale
from babel.dates import get_day_names

from clearaccounts.exporting.letters import GREY, INK, LINE, MARGIN, RULE, WIDTH, Letter, Paper, drawn
from clearaccounts.exporting.offer_terms import Offer, Terms
from clearaccounts.settings import Company
from clearaccounts.support.rules import SEVERITIES, Calendar, Goal, SupportRules
from clearaccounts.text import N_, Language

_LABEL = 42.0
_SEVERITY, _ANSWER = 20.0, 48.0
_LONG = 12
_TABLE = 50.0  # the severities stand on one page, below their headings
_DELIVERY = {
    "own": N_("We do, with people of our own."),
    "resold": N_("Another company, whose support we sell you: its people answer you and solve what you report."),
    "outsourced": N_("Another company on our behalf: its people answer you and solve what you report."),
    "mixed": N_("We and another company together: who takes your case depends on what it is about and on when you report it."),
}
_MEANINGS = {
    "A": N_("Critical: a service that your business depends on is down, or much is lost while it does not work."),
    "B": N_("Moderate: work goes on with restrictions, because a service is slow or part of it fails."),
    "C": N_("Minimal: work goes on. A question, a request, or a fault that hardly gets in the way."),
}


def to_pdf(
    terms: Terms, rules: SupportRules, company: Company, logo: bytes | None, language: Language, *, time_zone: str,
) -> bytes:
    """The letter as a PDF file.

    Args:
        terms: what was agreed with whom.
        rules: the partner's working time, the clocks that count, Microsoft's goals.
        company: whose letter it is.
        logo: a PNG or JPEG, or None.
        language: of the letter.
        time_zone: the company's, where the rules name none.
    """
    title = language.gettext(N_("Your support"))
    day = language.gettext(N_("As of {day}")).format(day=language.day(terms.as_of_on))
    paper = Paper(title, terms.as_of_on, (title, terms.customer_name, day), (day,), company, logo, language, terms.is_sample)
    return drawn(lambda page_count: _OfferLetter(terms, rules, time_zone, paper, page_count))


class _OfferLetter(Letter):
    """One customer's offers on their way to paper."""

    def __init__(self, terms: Terms, rules: SupportRules, time_zone: str, paper: Paper, page_count: int) -> None:
        super().__init__(paper, page_count)
        self.terms, self.rules = terms, rules
        self.time_zone = rules.calendar.time_zone or time_zone
        self.clocks = {goal.severity: goal.clock for goal in rules.goals if goal.goal_type == "response"}

    def _content(self) -> None:
        y = self.get_y()
        self._put(MARGIN, y, self.paper.title, size=19, style="B")
        self.set_y(y + 9)
        for line in self._lines(self.terms.customer_name, WIDTH, 11, "B"):
            self._put(MARGIN, self.get_y() + 1, line, size=11, style="B")
            self.set_y(self.get_y() + LINE + 0.6)
        self._paragraph(self.paper.footing[0], colour=GREY)
        self._paragraph(self.says(N_(
            "This is what we have agreed about your support: who helps you, when, how to reach them, and how soon you hear from them.")))
        for offer in self.terms.offers:
            self._offer(offer)
        self._working_time()
        self._microsoft()
        self._contact()

    # What it tells

    def _offer(self, offer: Offer) -> None:
        lines = [
            (N_("Who supports you"), self.says(_DELIVERY[offer.delivery_model])),
            (N_("When"), offer.service_hours),
            (N_("How to reach them"), offer.contact_method),
        ]
        if offer.amount_price is not None and offer.currency is not None:
            lines.append((N_("What it costs"), self.language.amount(offer.amount_price, offer.currency)))
        self._titled(offer.offer_name)
        for label, text in lines:
            self._row(((_LABEL, self.says(label), "B"), (WIDTH - _LABEL, text, "")))
        self.set_y(self.get_y() + 3)
        middle = WIDTH - _SEVERITY - _ANSWER
        self._room(_TABLE)
        headings = (N_("Severity"), N_("What it means"), N_("First answer within"))
        self._row(tuple((width, self.says(text), "B") for width, text in zip((_SEVERITY, middle, _ANSWER), headings, strict=True)))
        for severity, minutes in zip(SEVERITIES, offer.response_minutes, strict=True):
            self._row((
                (_SEVERITY, severity, "B"), (middle, self.says(_MEANINGS[severity]), ""), (_ANSWER, self._answer(severity, minutes), "")))
        self.set_y(self.get_y() + 3)

    def _answer(self, severity: str, minutes: int | None) -> str:
        if minutes is None:
            return self.says(N_("not agreed"))
        if self.clocks.get(severity) == "business":
            said = N_("{time} of working time, see below")
            return self.says(said).format(time=self.language.minutes(minutes, in_days=False))
        return self.says(N_("{time}, at any hour")).format(time=self.language.minutes(minutes))

    def _working_time(self) -> None:
        self._heading(self.says(N_("Our working time")))
        calendar = self.rules.calendar
        said = self.says(N_("{days}, {opens} to {closes}, time zone {zone}.")).format(
            days=weekdays(calendar.days, self.language), opens=f"{calendar.opens:%H:%M}",
            closes="24:00" if calendar.closes.hour == calendar.closes.minute == 0 else f"{calendar.closes:%H:%M}", zone=self.time_zone)
        if calendar.holidays:
            said += " " + self.says(N_("Public holidays of {country} are not working days.")).format(
                country=country(calendar, self.language))
        self._paragraph(said)

    def _microsoft(self) -> None:
        self._heading(self.says(N_("When Microsoft is needed")))
        self._paragraph(self.says(N_(
            "Some cases only Microsoft can solve, such as a fault in its own services. We then hand the case to Microsoft with everything "
            "that is known of it, follow it, and stay the ones you talk to until it is solved.")))
        goals = {goal.severity: goal for goal in self.rules.goals if goal.goal_type == "microsoft_response"}
        targets = [self._target(goals[severity]) for severity in SEVERITIES if severity in goals]
        if targets:
            self._paragraph(self.says(N_(
                "Microsoft aims to answer for the first time within these times after we have handed it a case: {targets}. These are "
                "Microsoft's own targets and say nothing about when it is solved.")).format(targets="; ".join(targets)))

    def _target(self, goal: Goal) -> str:
        is_business = goal.clock == "business"
        said = N_("severity {severity}: {time} of working time") if is_business else N_("severity {severity}: {time}")
        return self.says(said).format(severity=goal.severity, time=self.language.minutes(goal.goal_minutes or 0, in_days=not is_business))

    # How it is drawn

    def _titled(self, name: str) -> None:
        """An offer's name as a heading, whatever its length, with what begins below it on the same page."""
        lines = self._lines(name, WIDTH, 12, "B")
        self._room(30 + 5.4 * len(lines))
        for number, line in enumerate(lines):
            self._put(MARGIN, self.get_y() + 2 + 5.4 * number, line, size=12, style="B")
        self.set_y(self.get_y() + 3.6 + 5.4 * len(lines))

    def _row(self, cells: Sequence[tuple[float, str, str]]) -> None:
        """Cells side by side, each of a width, a text and a font style, above a fine line."""
        broken = [self._lines(text, width - 3, 9, style, most=_LONG) for width, text, style in cells]
        height = LINE * max(len(lines) for lines in broken) + 2.4
        self._room(height)
        y, x = self.get_y(), MARGIN
        for (width, _, style), lines in zip(cells, broken, strict=True):
            for number, line in enumerate(lines):
                self._put(x, y + 1 + LINE * number, line, size=9, style=style, colour=INK)
            x += width
        self.set_draw_color(*RULE)
        self._rule(y + height)
        self.set_y(y + height)


def weekdays(days: Sequence[int], language: Language) -> str:
    """Days of the week from 0, Monday, in words, those in a row together: `Monday to Friday`, `Monday to Thursday, Saturday`."""
    names = get_day_names("wide", locale=language.locale)
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])]
    span = language.gettext(N_("{first} to {last}"))
    said = [
        span.format(first=names[run[0]], last=names[run[-1]]) if len(run) > 2 else ", ".join(names[day] for day in run) for run in runs
    ]
    joined = ", ".join(said)
    return joined[:1].upper() + joined[1:]


def country(calendar: Calendar, language: Language) -> str:
    """Whose public holidays count, in words: `Spain`, `Spain (CN)`; a code that nobody knows as it is."""
    code, _, region = calendar.holidays.partition("-")
    name = Locale.parse(language.locale).territories.get(code, code)
    return f"{name} ({region})" if region else name
