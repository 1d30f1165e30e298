"""The mapping of a file's columns to ours as a table: our column, theirs, and what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from clearaccounts.importing import mapping
from clearaccounts.importing.canonical import Column
from clearaccounts.importing.mapping.guessing import FileColumn, Proposal
from clearaccounts.text import N_, Language
from clearaccounts.ui import profile_words, words

NOTHING, ONE_VALUE = -1, -2
SAMPLES, SAMPLE_CHARACTERS = 3, 24
_WIDTHS = [3, 3, 4]


@dataclass
class Choices:
    """What is chosen in the table: our column -> the file's position, or the one value of all rows."""

    columns: dict[str, int] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """What the rows of one table have in common; `names` are the file's columns by position."""

    shape: str
    file: Sequence[FileColumn]
    names: dict[int, str]
    proposal: Proposal
    key: str


def draw(shape: str, file: Sequence[FileColumn], proposal: Proposal, key: str) -> Choices:
    """Draw the table, the required and the guessed columns first, and say what is chosen.

    Args:
        shape: what a row of the file is.
        file: the file's columns.
        proposal: what is filled in at first.
        key: tells the widgets of this mapping from those of any other.
    """
    language = words.language()
    translate = language.gettext
    columns = mapping.columns_of(shape)
    first = [c for c in columns if c.is_required or c.name in proposal.columns or c.name in proposal.constants]
    rest = [c for c in columns if c not in first]
    names = headers(file)
    table, choices = Table(shape, file, names, proposal, key), Choices()
    with st.container(gap="xxsmall", key="mapping"):
        for title, cell in zip((N_("Ours"), N_("Column of the file"), N_("What stands in it")), st.columns(_WIDTHS), strict=True):
            cell.caption(translate(title))
        for column in first:
            _row(column, table, choices, language)
    if rest:
        with st.expander(translate(N_("{count} more columns of ours that may be filled")).format(count=language.number(len(rest)))):
            for column in rest:
                _row(column, table, choices, language)
    return choices


def headers(file: Sequence[FileColumn]) -> dict[int, str]:
    """What the file's columns are called, by position: of equal names each has its number, and nameless ones are left out."""
    found: dict[int, str] = {}
    seen: dict[str, int] = {}
    for position, column in enumerate(file):
        name = column.header.strip()
        if name:
            seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
            found[position] = name if seen[name.casefold()] == 1 else f"{name} ({seen[name.casefold()]})"
    return found


def _row(column: Column, of: Table, choices: Choices, language: Language) -> None:
    translate = language.gettext
    ours, theirs, shown = st.columns(_WIDTHS, vertical_alignment="center")
    title = profile_words.column(column.name, language)
    hint = profile_words.hint(of.shape, column.name, language)
    required = translate(N_("required"))
    said = f"**{words.plain(title)}**" + (f" :small[{words.plain(required)}]" if column.is_required else "")
    ours.markdown(said + (f"  \n:small[{words.plain(hint)}]" if hint else ""))
    guess = of.proposal.columns.get(column.name)
    constant = of.proposal.constants.get(column.name)
    options = [NOTHING, ONE_VALUE, *of.names]
    start = guess.position if guess is not None else ONE_VALUE if constant is not None else NOTHING
    special = {NOTHING: translate(N_("(nothing)")), ONE_VALUE: translate(N_("one value for the whole file"))}
    chosen = theirs.selectbox(
        title, options, index=options.index(start), key=f"{of.key}_{column.name}", label_visibility="collapsed",
        format_func=lambda position: special.get(position) or of.names[position],
    )
    if chosen == NOTHING and column.is_required:
        wanted = translate(N_("choose a column, or one value for the whole file"))
        shown.markdown(f":material/arrow_back: {words.plain(wanted)}")
    elif chosen == ONE_VALUE:
        value = _one_value(shown, column, constant.value if constant is not None else "", f"{of.key}_{column.name}_value", language)
        if value:
            choices.constants[column.name] = value
        if constant is not None:
            shown.caption(words.plain(translate(constant.template).format(**constant.values)))
    elif chosen is not None and chosen >= 0:
        choices.columns[column.name] = chosen
        why = translate(guess.template) if guess is not None and guess.position == chosen else ""
        shown.markdown(_samples(of.file[chosen], language) + (f"  \n:small[{words.plain(why)}]" if why else ""))


def _one_value(place: st.delta_generator.DeltaGenerator, column: Column, value: str, key: str, language: Language) -> str:
    """A field for the one value of all rows."""
    title = profile_words.column(column.name, language)
    if column.choices:
        picked: str | None = place.selectbox(
            title, column.choices, index=None, key=key, label_visibility="collapsed",
            format_func=lambda code: profile_words.choice(code, language),
            placeholder=language.gettext(N_("Choose")),
        )
        return picked or ""
    return str(place.text_input(
        title, value=value, key=key, label_visibility="collapsed", max_chars=200,
        placeholder=language.gettext(N_("such as EUR")) if column.form == "currency" else "",
    ) or "").strip()


def _samples(column: FileColumn, language: Language) -> str:
    """A few values of a column, shortened, escaped."""
    if not column.values:
        return words.plain(language.gettext(N_("empty in every row")))
    shown = [value if len(value) <= SAMPLE_CHARACTERS else value[: SAMPLE_CHARACTERS - 1] + "…" for value in column.values[:SAMPLES]]
    return "  ·  ".join(words.plain(value) for value in shown)
