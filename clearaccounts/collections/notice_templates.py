"""The text of a notice: a template per type and language, checked when it is read, filled in one pass.

A template is a text file, `<type>.<language>.txt`: its first line is `Subject: ...`, then an empty line, then the body.
`{name}` stands for a value of `PLACEHOLDERS`; a brace itself is written twice. A paragraph that names a value which is
empty for this customer is left out, so that nobody is told of a dispute they do not have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clearaccounts.errors import TemplateError
from clearaccounts.settings import ROOT
from clearaccounts.text import N_

STANDARD = ROOT / "policy" / "notices"
FALLBACK = "en"
# What a template may name, and what it stands for; docs/notices.md is held to this list by a test.
PLACEHOLDERS = {
    "company_name": "the company's name",
    "company_contact": "whom to ask, from [company] contact",
    "payment_details": "how to pay, from [company] payment_details",
    "payment_reference": "the reference to quote with a payment",
    "customer_name": "the customer's name",
    "customer_id": "the customer's number",
    "greeting_name": "the contact's name, else the customer's",
    "today": "the day of the notice",
    "currency": "the currency of everything in the notice",
    "items": "the invoices asked for, a line each: number, due day, amount",
    "disputed_items": "the invoices in dispute, a line each; empty if there are none",
    "amount_open": "what is open on the invoices named",
    "amount_disputed": "what of it is in dispute and not asked for; empty if nothing is",
    "amount_on_account": "payments and credit notes not yet applied; empty if there are none",
    "amount_asked": "what the customer is asked to pay",
    "final_day": "the day from which access is affected if nothing is paid; empty unless it is a final notice",
}
# These have several lines, so they cannot stand in a subject.
_BLOCKS = frozenset({"company_contact", "payment_details", "items", "disputed_items"})
# What a notice without them would fail to say.
_NEEDED = {
    "reminder": ("items", "amount_asked"), "overdue": ("items", "amount_asked"), "final_notice": ("items", "amount_asked", "final_day"),
}
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_LONGEST_SUBJECT = 200
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Template:
    """One checked template: `language` is the one it is written in."""

    notice_type: str
    language: str
    file: str
    subject: str
    body: str

    def fill(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Subject and body with the customer's own values; `values` has an entry for each of PLACEHOLDERS.

        The text of a value is never looked at for placeholders, and no value brings a line break into the subject.
        """
        subject = one_line(_filled(self.subject, values))[:_LONGEST_SUBJECT]
        paragraphs = [part for part in re.split(r"\n[ \t]*\n", self.body.strip("\n")) if part.strip()]
        kept = [_filled(part, values) for part in paragraphs if all(values[name] for _, name in _names(part))]
        return subject, "\n\n".join(kept) + "\n"


def read(notice_type: str, language: str, own: str = "") -> Template:
    """The template of a notice in a language; in English if there is none in it (`Template.language` says so).

    Args:
        notice_type: reminder, overdue or final_notice.
        language: the customer's, as a code of ISO 639; anything else falls back to English.
        own: a folder with templates of one's own; for a type of which it holds none, those of the product are used.

    Raises:
        TemplateError: no template, or one that cannot be used; names file, line and placeholder.
    """
    folder = STANDARD
    if own:
        if not Path(own).is_dir():
            raise TemplateError(N_("clearaccounts.toml: [notices] templates names {folder}, and there is no such folder."), folder=own)
        folder = Path(own) if any(Path(own).glob(f"{notice_type}.*.txt")) else STANDARD
    code = language.casefold() if re.fullmatch(r"[A-Za-z]{2,3}", language) else FALLBACK
    for wanted in dict.fromkeys((code, FALLBACK)):
        path = folder / f"{notice_type}.{wanted}.txt"
        if path.is_file():
            return _load(path, notice_type, wanted)
    raise TemplateError(
        N_("{folder} has no {file}: a notice of which no text is in the customer's language is written in English."),
        folder=folder.name, file=f"{notice_type}.{FALLBACK}.txt",
    )


def parse(text: str, file: str, notice_type: str, language: str) -> Template:
    """Check the text of a template; `file` is the name that errors give.

    Raises:
        TemplateError: naming file, line and placeholder.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[0].startswith("Subject:") or not lines[0].removeprefix("Subject:").strip():
        raise TemplateError(
            N_("{file}, line {line}: the first line must be the subject, such as Subject: Invoices due."), file=file, line=1)
    if len(lines) < 3 or lines[1].strip():
        raise TemplateError(N_("{file}, line {line}: an empty line must follow the subject."), file=file, line=2)
    _check_names(lines, file)
    subject, body = lines[0].removeprefix("Subject:").strip(), "\n".join(lines[2:])
    used = {name for _, name in _names(body)}
    for name in _NEEDED[notice_type]:
        if name not in used:
            raise TemplateError(
                N_("{file}, line {line}: {placeholder} is missing; a notice of this type must say it."), file=file, line=len(lines),
                placeholder=f"{{{name}}}",
            )
    return Template(notice_type, language, file, subject, body)


def one_line(text: str) -> str:
    """`text` as one line without control characters: line breaks, direction marks and the like become a space or go."""
    return " ".join("".join(" " if c.isspace() else c for c in text if c.isspace() or not _is_control(c)).split())


def clean(text: str) -> str:
    """`text` with its lines and its spaces, and without any other control character."""
    return "\n".join("".join(c for c in line if not _is_control(c)).rstrip() for line in text.expandtabs(4).splitlines())


def _is_control(character: str) -> bool:
    # Cc control, Cf format (direction overrides and the like), Cs lone surrogates; the two joiners belong to the letters beside them.
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in _JOINERS


def _load(path: Path, notice_type: str, language: str) -> Template:
    try:
        return parse(path.read_text(encoding="utf-8-sig"), path.name, notice_type, language)
    except OSError as error:
        raise TemplateError(N_("{file}: this template cannot be read: {problem}."), file=path.name, problem=error.strerror) from None
    except UnicodeDecodeError:
        raise TemplateError(N_("{file}: this template is not UTF-8 text."), file=path.name) from None


def _check_names(lines: list[str], file: str) -> None:
    for number, line in enumerate(lines, start=1):
        for found in _TOKEN.finditer(line):
            if found[0] in {"{{", "}}"}:
                continue
            if found[1] is None:
                raise TemplateError(
                    N_("{file}, line {line}: a single {brace} belongs to no placeholder; write it twice."), file=file, line=number,
                    brace=found[0],
                )
            if found[1] not in PLACEHOLDERS:
                raise TemplateError(
                    N_("{file}, line {line}: there is no placeholder {placeholder}; use one of {known}."), file=file, line=number,
                    placeholder=found[0], known=", ".join(PLACEHOLDERS),
                )
            if number == 1 and found[1] in _BLOCKS:
                raise TemplateError(
                    N_("{file}, line {line}: {placeholder} has several lines and cannot stand in the subject."), file=file, line=number,
                    placeholder=found[0],
                )


def _names(text: str) -> Iterator[tuple[int, str]]:
    for found in _TOKEN.finditer(text):
        if found[1] is not None:
            yield found.start(), found[1]


def _filled(text: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        return values[found[1]] if found[1] is not None else found[0][0]
    return _TOKEN.sub(value, text)
