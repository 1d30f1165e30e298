"""The collections policy as a letter to customers: what happens when, what it means, and what to do about it, in plain words.

One function from data to bytes: the same policy gives the same bytes. It names no customer and no debt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clearaccounts.collections.policy_model import Amounts, NoticeRule, Policy, Stage, amounts_in_words
from clearaccounts.exporting.letters import GREY, INK, LINE, MARGIN, RED, RULE, WIDTH, Letter, Paper, drawn
from clearaccounts.settings import Company
from clearaccounts.text import N_, Language

_INDENT = 50.0
_NOTICES = {
    "reminder": N_("We send you a reminder."),
    "overdue": N_("We write to you that an invoice is overdue."),
    "final_notice": N_("We send you a final notice. It names the day from which your access may be affected."),
}
_ACTIONS = {
    "notify": N_("We contact you about what is overdue and ask for payment."),
    "restrict": N_("We take no new orders and no additional licences until this is paid. What you use goes on working."),
    "suspend": N_("Your access may be affected: see below when, and what it means."),
}
_AUTOMATIC = {
    "severity_a_case": N_("while a support case of yours with the highest severity is open"),
    "unapplied_covers_debt": N_("while money of yours that we have received and not yet assigned covers what is overdue"),
    "cancellation_window": N_("while a subscription of yours can still be cancelled"),
}


@dataclass(frozen=True)
class _Step:
    """One step of the process: on which day (`order`: days after the due date), and what happens then."""

    order: int
    when: str
    what: str
    is_grave: bool = False


def to_pdf(
    policy: Policy, counts_from_on: date, company: Company, logo: bytes | None, language: Language, *,
    segment: str | None = None, is_sample: bool = False,
) -> bytes:
    """The policy as a PDF file.

    Args:
        policy: what is told.
        counts_from_on: the day from which it is in force.
        company: whose letter it is.
        logo: a PNG or JPEG, or None.
        language: of the letter.
        segment: whose stages are told, if the policy has other ones for a customer segment; None = the policy's own.
        is_sample: whether the letter says that it is a sample's.
    """
    title = language.gettext(N_("When an invoice is overdue"))
    version = language.gettext(N_("Version {version}, in force since {day}")).format(
        version=policy.version, day=language.day(counts_from_on))
    paper = Paper(title, counts_from_on, (title, version), (version,), company, logo, language, is_sample)
    return drawn(lambda page_count: _PolicyLetter(policy, segment, paper, page_count))


class _PolicyLetter(Letter):
    """One policy on its way to paper."""

    def __init__(self, policy: Policy, segment: str | None, paper: Paper, page_count: int) -> None:
        super().__init__(paper, page_count)
        self.policy, self.stages = policy, policy.stages_of(segment)
        own = [variant for variant in policy.variants if segment and variant.segment.lower() == segment.strip().lower()]
        self.clock = own[0].clock if own else policy.clock

    def _content(self) -> None:
        y = self.get_y()
        self._put(MARGIN, y, self.paper.title, size=19, style="B")
        self.set_y(y + 9)
        self._paragraph(self.paper.footing[0], colour=GREY)
        self._paragraph(self.says(N_(
            "This is what happens when one of our invoices is not paid by its due date: step by step, the same for everybody whom it "
            "concerns. Most of it never happens to customers who talk to us.")))
        steps = self._steps()
        if steps:
            self._heading(self.says(N_("Step by step")))
            for step in steps:
                self._step(step)
            self.set_y(self.get_y() + 3)
        self._access()
        self._help()
        self._contact()

    # What it tells

    def _steps(self) -> list[_Step]:
        """Notices and stages in the order in which they come; with days from the invoice date the notices come first."""
        notices = [self._notice(notice) for notice in self.policy.notices]
        # A stage that only says that we write is told by the notice of that day.
        told = {notice.days_after_due for notice in self.policy.notices} if self.clock == "due_date" else set()
        stages = [
            self._stage(stage) for stage in self.stages if stage.action != "notify" or max(stage.min_overdue_days or 0, 1) not in told]
        ordered = sorted(notices, key=lambda step: step.order) + stages
        return ordered if self.clock == "invoice_date" else sorted(ordered, key=lambda step: step.order)

    def _notice(self, notice: NoticeRule) -> _Step:
        before = notice.days_before_due is not None
        days = notice.days_before_due if before else notice.days_after_due
        when = N_("{days} before the due date") if before else N_("{days} after the due date")
        said = [self.says(_NOTICES[notice.notice_type])]
        if notice.min_amount:
            said.append(self.says(N_("For amounts from {amounts}.")).format(amounts=amounts_in_words(notice.min_amount, self.language)))
        if notice.waiting_days:
            said.append(self.says(N_("You then have {days} to pay or to talk to us.")).format(days=self.language.days(notice.waiting_days)))
        order = -(days or 0) if before else (days or 0)
        said_when = self.says(when).format(days=self.language.days(days)) if days else self.says(N_("On the due date"))
        return _Step(order, said_when, " ".join(said))

    def _stage(self, stage: Stage) -> _Step:
        # Overdue always means past the due date: the first day of it is the day after.
        days = max(stage.min_overdue_days or 0, 0 if self.clock == "invoice_date" else 1)
        when = N_("From {days} after the invoice date, once it is overdue") if self.clock == "invoice_date" else N_(
            "From {days} after the due date")
        said = [self.says(_ACTIONS[stage.action]), self._from(stage.min_overdue_amount), self._count(stage.min_overdue_invoices)]
        return _Step(
            days, self.says(when).format(days=self.language.days(days)), " ".join(part for part in said if part), stage.action == "suspend")

    def _from(self, amounts: Amounts | None) -> str:
        if amounts is None:
            return ""
        if not amounts:
            return self.says(N_("This applies to no currency."))
        return self.says(N_("This begins at {amounts} overdue.")).format(amounts=amounts_in_words(amounts, self.language))

    def _count(self, count: int | None) -> str:
        if count is None or count < 2:
            return ""
        return self.says(N_("It takes {count} such invoices.")).format(count=self.language.number(count))

    def _access(self) -> None:
        self._heading(self.says(N_("When your access is affected, and what that means")))
        suspensions = [stage for stage in self.stages if stage.action == "suspend"]
        if not suspensions:
            self._paragraph(self.says(N_("Under this policy it never is: we suspend no subscription for an unpaid invoice.")))
            return
        self._paragraph(self.says(N_("Only when all of this is so:")))
        for number, stage in enumerate(suspensions):
            if number:
                self._paragraph(self.says(N_("Or when all of this is so:")))
            self._points(self._conditions(stage))
        self._paragraph(self.says(N_(
            "Then your subscriptions may be suspended at Microsoft: your people can no longer use the suspended services, and e-mail "
            "and files cannot be reached. Your data cannot be recovered after the end of the subscription's term, nor after 90 "
            "days where it is a legacy subscription. Where a subscription has a commitment, it is billed to the commitment's end, also "
            "while it is suspended.")))
        self._paragraph(self.says(N_(
            "As soon as what is overdue has arrived, we have your access restored. Automatic renewal and changes that were scheduled have "
            "to be set again; we tell you which.")))

    def _conditions(self, stage: Stage) -> list[str]:
        days = self.language.days(max(stage.min_overdue_days or 0, 0 if self.clock == "invoice_date" else 1))
        overdue = (N_("Invoices are overdue, and {days} or more have passed since the invoice date.") if self.clock == "invoice_date"
                   else N_("Invoices are overdue by {days} or more."))
        said = [self.says(overdue).format(days=days)]
        if stage.min_overdue_amount is not None:
            said.append(self.says(N_("Together they come to at least {amounts}.")).format(
                amounts=amounts_in_words(stage.min_overdue_amount, self.language)) if stage.min_overdue_amount
                else self._from(stage.min_overdue_amount))
        if count := self._count(stage.min_overdue_invoices):
            said.append(count)
        if stage.requires_notice is not None:
            notice = {
                "reminder": N_("We sent you a reminder after the oldest of them fell due"),
                "overdue": N_("We wrote to you after the oldest of them fell due"),
                "final_notice": N_("We sent you a final notice after the oldest of them fell due"),
            }[stage.requires_notice]
            waited = self.says(N_(", at least {days} ago")).format(days=self.language.days(stage.notice_days)) if stage.notice_days else ""
            said.append(self.says(notice) + waited + ".")
        said.append(self.says(N_("Nothing of what is said below holds it back.")))
        said.append(self.says(N_("Two people of ours have looked at your account and agree. Nothing of this happens by itself.")))
        return said

    def _help(self) -> None:
        holds = self.policy.holds
        self._heading(self.says(N_("If an invoice is wrong, or you cannot pay it now")))
        self._points([
            self.says(N_("If an invoice is wrong: tell us which one, and why. While we look into it, for up to {days}, what you dispute "
                         "does not count.")).format(days=self.language.days(holds.dispute_days)),
            self.says(N_("If you cannot pay in time: agree on a day with us, up to {days} ahead. Until then nothing further happens; if "
                         "the payment has not come by then, the steps go on.")).format(days=self.language.days(holds.promise_to_pay_days)),
            self.says(N_("If you need longer, ask: we can agree on it.")),
        ])
        automatic = [self.says(text) for name, text in _AUTOMATIC.items() if name not in holds.switched_off]
        if automatic and any(stage.action == "suspend" for stage in self.stages):
            self._paragraph(self.says(N_("We also suspend nothing: {reasons}.")).format(reasons="; ".join(automatic)))

    # How it is drawn

    def _step(self, step: _Step) -> None:
        """When on the left, what on the right."""
        when = self._lines(step.when, _INDENT - 8, 9, "B", most=4)
        what = self._lines(step.what, WIDTH - _INDENT, 9, most=8)
        height = LINE * max(len(when), len(what)) + 3
        self._room(height)
        y = self.get_y()
        self.set_fill_color(*(RED if step.is_grave else RULE))
        self.rect(MARGIN, y + 0.6, 1.4, height - 2.4, style="F")
        for number, line in enumerate(when):
            self._put(MARGIN + 4, y + 1 + LINE * number, line, size=9, style="B", colour=RED if step.is_grave else INK)
        for number, line in enumerate(what):
            self._put(MARGIN + _INDENT, y + 1 + LINE * number, line, size=9)
        self.set_y(y + height)

    def _points(self, points: Sequence[str]) -> None:
        for point in points:
            lines = self._lines(point, WIDTH - 8, 9, most=8)
            self._room(LINE * len(lines) + 2)
            y = self.get_y()
            self._put(MARGIN + 2, y + 1, "•", size=9, colour=GREY)
            for number, line in enumerate(lines):
                self._put(MARGIN + 6, y + 1 + LINE * number, line, size=9)
            self.set_y(y + LINE * len(lines) + 1)
        self.set_y(self.get_y() + 2)
