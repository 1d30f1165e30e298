"""A collections policy: TOML -> frozen dataclasses, and the table that `collections/stages` reads.

The policy says which stage a customer's overdue items reach; the evaluation itself is SQL. A file is
checked whole before anything of it is used, and an error names the file, the line and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from clearaccounts.collections.policy_reader import TableReader
from clearaccounts.errors import PolicyError, SettingsError
from clearaccounts.query_files import EMPTY_TABLES
from clearaccounts.settings import SAMPLE_POLICY, DataFolder, Settings
from clearaccounts.text import N_, Language

CLOCKS = ("due_date", "invoice_date")
ACTIONS = ("notify", "restrict", "suspend")
CLEAR = "clear"  # what `collections/stages` says where no stage matches
NOTICES = ("reminder", "overdue", "final_notice")
# A stage is called what the partner's file calls it; the standard policy's names are known in every language.
STANDARD_STAGES = (N_("reminder"), N_("overdue notice"), N_("new orders on hold"), N_("suspension"))
_POLICY_KEYS = ("name", "version", "effective_on", "clock", "stages")
_STAGE_KEYS = (
    "name", "action", "min_overdue_days", "min_overdue_invoices", "min_overdue_amount", "requires_notice", "notice_days",
)

_NOTICE_WORDS = {
    "reminder": N_("a reminder"), "overdue": N_("an overdue notice"), "final_notice": N_("a final notice"),
}
_ACTION_WORDS = {
    "notify": N_("notify the customer"), "restrict": N_("restrict new orders"), "suspend": N_("flag for suspension"),
}
_CLOCK_WORDS = {
    "due_date": N_("Days are counted from the due date."),
    "invoice_date": N_("Days are counted from the issue date; overdue still means past the due date."),
}


@dataclass(frozen=True)
class Stage:
    """One stage; a condition that is None is not asked for.

    `min_overdue_amount` holds (currency, amount) pairs in the file's order; None = every currency matches,
    and with pairs a currency that is not among them never does.
    """

    name: str
    action: str
    min_overdue_days: int | None = None
    min_overdue_invoices: int | None = None
    min_overdue_amount: tuple[tuple[str, Decimal], ...] | None = None
    requires_notice: str | None = None
    notice_days: int | None = None

    def in_words(self, language: Language) -> str:
        """What brings a customer into this stage and what then happens, as one sentence."""
        translate = language.gettext
        parts: list[str] = []
        if self.min_overdue_days is not None:
            parts.append(language.ngettext("overdue by {count} day or more", "overdue by {count} days or more",
                                           self.min_overdue_days).format(count=language.number(self.min_overdue_days)))
        if self.min_overdue_invoices is not None:
            parts.append(language.ngettext("at least {count} such invoice", "at least {count} such invoices",
                                           self.min_overdue_invoices).format(count=language.number(self.min_overdue_invoices)))
        if self.min_overdue_amount is not None:
            amounts = " / ".join(language.amount(amount, currency) for currency, amount in self.min_overdue_amount)
            parts.append(translate("at least {amounts}").format(amounts=amounts) if amounts else translate("no currency"))
        if not parts:
            parts.append(translate("anything overdue"))
        sentence = translate("{stage}: {conditions}; then {action}").format(
            stage=translate(self.name), conditions=", ".join(parts), action=translate(_ACTION_WORDS[self.action]),
        )
        if self.requires_notice is not None:
            notice = translate(_NOTICE_WORDS[self.requires_notice])
            if self.notice_days:
                sentence += language.ngettext(
                    ", held until {notice} was sent since the oldest of them fell due, at least {count} day ago",
                    ", held until {notice} was sent since the oldest of them fell due, at least {count} days ago", self.notice_days,
                ).format(notice=notice, count=language.number(self.notice_days))
            else:
                sentence += translate(", held until {notice} was sent since the oldest of them fell due").format(notice=notice)
        return sentence + "."


@dataclass(frozen=True)
class Policy:
    """One version of a policy; `stages` run from the mildest to the most severe, none is valid."""

    name: str
    version: int
    effective_on: date
    clock: str
    stages: tuple[Stage, ...]

    def table(self) -> pa.Table:
        """The stages as `collections/stages` reads them: one row per stage and currency.

        `stage_order` 1 is the mildest. A stage that names no amounts has one row, whose currency is null
        and matches every currency. Shape: `query_files.EMPTY_TABLES["policy_stages"]`.
        """
        rows = []
        for order, stage in enumerate(self.stages, start=1):
            amounts: Iterable[tuple[str | None, Decimal | None]] = (
                [(None, None)] if stage.min_overdue_amount is None else stage.min_overdue_amount
            )
            for currency, amount in amounts:
                rows.append({
                    "stage_order": order, "stage": stage.name, "action": stage.action, "clock": self.clock, "currency": currency,
                    "min_overdue_days": stage.min_overdue_days, "min_overdue_invoices": stage.min_overdue_invoices,
                    "min_overdue_amount": amount, "requires_notice": stage.requires_notice, "notice_days": stage.notice_days,
                })
        return pa.Table.from_pylist(rows, schema=EMPTY_TABLES["policy_stages"].schema)

    def in_words(self, language: Language) -> tuple[str, ...]:
        """The policy for people: how days are counted, then one sentence per stage."""
        translate = language.gettext
        if not self.stages:
            return (translate("This policy has no stages: every customer is clear."),)
        return (translate(_CLOCK_WORDS[self.clock]), *(stage.in_words(language) for stage in self.stages))


def load(path: Path) -> Policy:
    """Read and check one policy file.

    Raises:
        PolicyError: the file cannot be read, is not TOML, or a key is missing, unknown or of a wrong value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PolicyError(N_("{file}: this policy cannot be read: {problem}."), file=path.name, problem=error.strerror) from None
    except UnicodeDecodeError:
        raise PolicyError(N_("{file}: this policy is not UTF-8 text."), file=path.name) from None
    return parse(text, path.name)


def parse(text: str, file: str) -> Policy:
    """Check a policy's text; `file` is the name that errors give.

    Raises:
        PolicyError: naming file, line and key.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(N_("{file}: this is not valid TOML: {problem}."), file=file, problem=error) from None
    top = TableReader(text, file, raw, None, _POLICY_KEYS)
    stages: list[Stage] = []
    for number, content in enumerate(top.stages()):
        reader = TableReader(text, file, content, number, _STAGE_KEYS)
        stage = _stage(reader)
        if stage.name == CLEAR:
            raise reader.refuse("name", N_("{file}, line {line}: {key} is taken: {clear} means that no stage matches."), clear=CLEAR)
        if any(stage.name == other.name for other in stages):
            raise reader.refuse("name", N_("{file}, line {line}: two stages have this name; each needs its own."))
        stages.append(stage)
    return Policy(
        name=top.text("name"),
        version=top.required("version", top.whole("version")),
        effective_on=top.day("effective_on"),
        clock=top.choice("clock", CLOCKS) or CLOCKS[0],
        stages=tuple(stages),
    )


def in_force(settings: Settings, folder: DataFolder, as_of_on: date) -> Policy | None:
    """The approved policy in force on a day: of those effective by then the newest, of two the higher version.

    The sample folder comes with one; others are named by `[collections] policies`, relative to the
    working directory.

    Raises:
        SettingsError: a file that the settings name does not exist.
        PolicyError: a file holds something we cannot use.
    """
    paths = [SAMPLE_POLICY] if folder.is_sample else []
    for name in settings.collections.policies:
        if not Path(name).is_file():
            raise SettingsError(
                N_("clearaccounts.toml: [collections] policies names {path}, and there is no such file."), path=name,
            )
        paths.append(Path(name))
    known = [policy for policy in map(load, paths) if policy.effective_on <= as_of_on]
    return max(known, key=lambda policy: (policy.effective_on, policy.version), default=None)


def _stage(reader: TableReader) -> Stage:
    stage = Stage(
        name=reader.text("name"),
        action=reader.required("action", reader.choice("action", ACTIONS)),
        min_overdue_days=reader.whole("min_overdue_days"),
        min_overdue_invoices=reader.whole("min_overdue_invoices"),
        min_overdue_amount=reader.amounts("min_overdue_amount"),
        requires_notice=reader.choice("requires_notice", NOTICES),
        notice_days=reader.whole("notice_days"),
    )
    if stage.notice_days is not None and stage.requires_notice is None:
        raise reader.refuse("notice_days", N_("{file}, line {line}: {key} needs requires_notice beside it."))
    return stage
