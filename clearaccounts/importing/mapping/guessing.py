"""A first guess at what the columns of an unknown file mean, each with its reason; a person looks at it and decides.

Names are compared in several languages, values by their form. What the values leave open is said to be open: whether
3/4/2026 is in March or in April is never guessed, nor whether 1.234 is more than a thousand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clearaccounts.importing.canonical import Column
from clearaccounts.importing.mapping.synonyms import COLUMNS, COMMON_WORDS, OTHER_AMOUNTS, WORDS
from clearaccounts.money import minor_units
from clearaccounts.text import N_

# So many different values of a column are looked at to tell its form.
LOOKED_AT = 200
# So many of them must have a form for the column to have it.
ENOUGH = 0.8

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?:[ T].*)?")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T].*)?")
_API_DAY = re.compile(r"/Date\(-?[0-9]+.*\)/")
_OFFSET = re.compile(r".*[0-9](?:Z|z| UTC|[+-][0-9]{2}:?[0-9]{2})$|/Date\(.*")
_NUMBER = re.compile("-?[0-9][0-9.,' \u00a0\u202f]*")
_SIGNS = "$€£¥"

_SAME_NAME = N_("it has our name")
_SYNONYM = N_("guessed by its name")
_PART = N_("guessed by a word in its name")
_VALUES = N_("guessed by its values, the only ones of that form")
_IN_HEADER = N_("guessed by the header {header}")


@dataclass(frozen=True)
class FileColumn:
    """One column of a file: its header, and its different values in the order in which they appear (empty ones left out)."""

    header: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    """The file's column (its position) proposed for one of ours, and why: `template` is translatable."""

    position: int
    score: float
    template: str


@dataclass(frozen=True)
class Constant:
    """A value proposed for all rows, and why."""

    value: str
    template: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class DateOrder:
    """How days are written: `order` is None while the values leave it open; `proof` are the values that tell, or leave it open."""

    order: str | None
    proof: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a person has to say."""
        return self.order is None


@dataclass(frozen=True)
class NumberSigns:
    """How numbers are written: `decimal` is None while the values leave it open."""

    decimal: str | None
    thousands: str = ""
    proof: tuple[str, ...] = ()
    has_currency_signs: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a person has to say."""
        return self.decimal is None


@dataclass(frozen=True)
class Proposal:
    """What may fill our columns: columns of the file, or one value for all rows."""

    columns: Mapping[str, Guess] = field(default_factory=dict)
    constants: Mapping[str, Constant] = field(default_factory=dict)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, without accents, letter case and signs: `InvoiceNumber` and `Invoice no.` have two each."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.replace("ß", "ss")) if not unicodedata.combining(c))
    return tuple(word.lower() for word in _WORD.findall(plain))


def _name_score(column: Column, header: str) -> tuple[float, str]:
    """How well a header names our column, and why; 0 = not at all."""
    found = words_of(header)
    if not found:
        return 0, ""
    joined = "".join(found)
    if joined == column.name.replace("_", ""):
        return 4, _SAME_NAME
    names = [tuple(name.split()) for name in COLUMNS.get(column.name, ())]
    for rank, name in enumerate(names):
        if joined == "".join(name):
            return 3 - rank / 100, _SYNONYM
    best = 0.0
    for rank, name in enumerate(names):
        extra = len(found) - len(name)
        if 0 < extra <= 3 and set(name) <= set(found) and not set(name) <= COMMON_WORDS:
            best = max(best, 1 + len(name) / 4 - extra / 5 - rank / 200)
    if column.name == "amount_total" and OTHER_AMOUNTS & set(found):
        best -= 1
    return (best, _PART) if best > 0 else (0, "")


def is_date(text: str) -> bool:
    """Whether a text is a day, or a day with a time, in a form that can be read."""
    return bool(_ISO_DAY.fullmatch(text) or _DAY.fullmatch(text) or _API_DAY.fullmatch(text))


def _bare(text: str) -> str:
    """A number's text without a currency's sign or code around it."""
    return text.strip().strip(_SIGNS).strip()


def is_number(text: str) -> bool:
    """Whether a text is a number, however it is written."""
    return bool(_NUMBER.fullmatch(_bare(text)))


def _has_form(column: Column, values: Sequence[str]) -> float:
    """The share of the values that our column could take; 1 for a form that any text has."""
    looked = values[:LOOKED_AT]
    if not looked:
        return 1
    match column.form:
        case "date" | "timestamp":
            fits = [is_date(value) for value in looked]
        case "amount" | "rate" | "figure" | "quantity" | "integer":
            fits = [is_number(value) for value in looked]
        case "currency":
            fits = [value.upper() in minor_units() for value in looked]
        case "choice":
            # One word of the list that is known is enough; a column without any is another one.
            known = {choice.lower() for choice in column.choices}
            return float(any(value.lower() in known for value in looked) or bool(translations(column, looked)))
        case "boolean":
            fits = [value.lower() in {"true", "false", "yes", "no", "1", "0"} for value in looked]
        case _:
            return 1
    return sum(fits) / len(fits)


def propose(columns: Sequence[Column], file: Sequence[FileColumn]) -> Proposal:
    """What may fill our `columns`; required ones choose first, and each column of the file is used once.

    A required id for which nothing is left may share its column with a name: many files know a customer by name alone.
    """
    chosen: dict[str, Guess] = {}
    for is_required in (True, False):
        wanted = [column for column in columns if column.is_required is is_required]
        _assign(wanted, file, chosen, {guess.position for guess in chosen.values()})
    for column in columns:
        if column.is_required and column.name not in chosen:
            shared: dict[str, Guess] = {}
            _assign([column], file, shared, set())
            chosen |= shared
    for column in columns:
        if column.is_required and column.name not in chosen and column.form in {"date", "amount", "currency"}:
            taken = {guess.position for guess in chosen.values()}
            fitting = [
                position for position, other in enumerate(file)
                if position not in taken and other.values and _has_form(column, other.values) >= ENOUGH
            ]
            if len(fitting) == 1:
                chosen[column.name] = Guess(fitting[0], 0.1, _VALUES)
    constants = {}
    if any(column.name == "currency" for column in columns) and "currency" not in chosen:
        told = _currency_in(file[chosen["amount_total"].position].header) if "amount_total" in chosen else None
        if told is not None:
            constants["currency"] = told
    return Proposal(chosen, constants)


def _assign(wanted: Sequence[Column], file: Sequence[FileColumn], chosen: dict[str, Guess], taken: set[int]) -> None:
    """Give each wanted column the best of the file's columns that is still free, the best pair first."""
    pairs = []
    for column in wanted:
        for position, other in enumerate(file):
            score, template = _name_score(column, other.header)
            if score > 0 and _has_form(column, other.values) >= ENOUGH:
                # A column without a value is a poor candidate beside one that has some.
                pairs.append((score - (0 if other.values else 0.5), column.name, Guess(position, score, template)))
    for score, name, guess in sorted(pairs, key=lambda pair: (-pair[0], pair[2].position)):
        if score > 0 and name not in chosen and guess.position not in taken:
            chosen[name] = guess
            taken.add(guess.position)


def _currency_in(header: str) -> Constant | None:
    """A currency that an amount's header names: `Betrag (EUR)`, `Total €`."""
    codes = [word for word in re.findall(r"\b[A-Z]{3}\b", header) if word in minor_units()]
    if "€" in header:
        codes.append("EUR")
    return Constant(codes[0], _IN_HEADER, {"header": header}) if len(set(codes)) == 1 else None


def rank(shapes: Mapping[str, Sequence[Column]], file: Sequence[FileColumn]) -> list[str]:
    """The names of `shapes` (what a row may be), the likeliest first: by how much of their required columns is found, and how surely."""
    def fit(name: str) -> tuple[float, float]:
        found = propose(shapes[name], file).columns
        required = [column.name for column in shapes[name] if column.is_required]
        # A column found by a word in its name counts as half found.
        share = sum(1 if found[key].score >= 2 else 0.5 for key in required if key in found) / len(required)
        return share, sum(guess.score for guess in found.values())
    return sorted(shapes, key=fit, reverse=True)


def date_order(values: Sequence[str]) -> DateOrder:
    """The order of day, month and year in `values`: what proves it, or that nothing does.

    Days such as 2026-12-31 leave nothing open. 31/12/2026 proves day before month, 12/31/2026 month before day; a file with
    both contradicts itself, and one with neither is open.
    """
    example = day_first = month_first = ""
    for value in values:
        match = _DAY.fullmatch(value)
        if match is None:
            continue
        first, second = int(match[1]), int(match[2])
        # 5/5/2026 is the fifth of May either way, but the next file may hold 5/6/2026.
        example = example or value
        day_first = day_first or (value if first > 12 >= second else "")
        month_first = month_first or (value if second > 12 >= first else "")
    if day_first and month_first:
        return DateOrder(None, (day_first, month_first))
    if day_first:
        return DateOrder("DMY", (day_first,))
    if month_first:
        return DateOrder("MDY", (month_first,))
    return DateOrder(None, (example,)) if example else DateOrder("YMD")


def number_signs(values: Iterable[str]) -> NumberSigns:
    """The decimal and thousands signs of `values`, or that nothing proves them: 1.234 may be either.

    Whole numbers leave nothing open: they mean the same with every sign.
    """
    proofs: dict[str, str] = {}
    thousands = open_sign = open_value = ""
    has_currency_signs = False
    for value in values:
        bare = _bare(value)
        has_currency_signs = has_currency_signs or (bare != value.strip() and bool(bare))
        if not _NUMBER.fullmatch(bare):
            continue
        decimal, group = _signs_of(bare)
        if decimal == "?":
            open_sign, open_value = open_sign or group, open_value or value
        else:
            if decimal:
                proofs.setdefault(decimal, value)
            thousands = thousands or group
    if len(proofs) == 2:
        return NumberSigns(None, "", tuple(proofs.values()), has_currency_signs)
    if not proofs and open_value:
        return NumberSigns(None, "", (open_value,), has_currency_signs)
    decimal = next(iter(proofs), ".")
    # Beside 12,50 the point of 1.234 can only part thousands.
    thousands = thousands or (open_sign if open_sign != decimal else "")
    return NumberSigns(decimal, thousands, tuple(proofs.values()), has_currency_signs)


def _signs_of(text: str) -> tuple[str, str]:
    """(the decimal sign that a number proves, thousands sign); ("?", its sign) when it is open, ("", ...) without decimals."""
    blank = next((sign for sign in "' \u00a0\u202f" if sign in text.strip()), "")
    signs = [sign for sign in text if sign in ".,"]
    if not signs:
        return "", blank
    last = signs[-1]
    if len(set(signs)) == 2:
        return last, blank or ("," if last == "." else ".")
    if len(signs) > 1:
        return ("," if last == "." else "."), last
    before, after = text.lstrip("-").split(last)
    if len(after) == 3 and 1 <= len(before) <= 3 and before not in {"0", "00", "000"} and not blank:
        return "?", last
    return last, blank


def needs_time_zone(values: Iterable[str]) -> bool:
    """Whether there are instants that do not say where their clock stood."""
    return any(is_date(value) and not _OFFSET.fullmatch(value) for value in values)


def translations(column: Column, values: Iterable[str]) -> dict[str, str]:
    """Words of the file -> words of our closed list, as far as they are known; those that are ours already are left out."""
    ours = {"".join(words_of(choice)): choice for choice in column.choices}
    known = {"".join(name.split()): choice for choice in reversed(column.choices) for name in WORDS.get(choice, ())}
    found = {}
    for value in values:
        if value.lower() in {choice.lower() for choice in column.choices}:
            continue
        word = "".join(words_of(value))
        choice = ours.get(word) or known.get(word)
        if choice is not None:
            found[value] = choice
    return found
