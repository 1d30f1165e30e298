"""How the file at hand writes its days, numbers, times and words: what its values prove is said, what they leave open is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import available_timezones

import streamlit as st

from clearaccounts.importing import mapping
from clearaccounts.importing.mapping import guessing
from clearaccounts.importing.mapping.guessing import FileColumn
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, profile_words, words
from clearaccounts.ui.profile_grid import Choices

# So many different words of a closed list are offered for translation; a column with more is no closed list.
MOST_WORDS = 40
ORDERS = {"DMY": N_("day before month"), "MDY": N_("month before day")}
_SIGNS = {",": N_("a comma before the decimals"), ".": N_("a point before the decimals")}
_PER_ROW = 3


@dataclass
class Habits:
    """What is proven or answered; `open_questions` are those that nobody has answered yet."""

    date_order: str = "YMD"
    decimal_sign: str = "."
    thousands_sign: str = ""
    currency_signs: bool = False
    time_zone: str = ""
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    open_questions: list[str] = field(default_factory=list)


def draw(shape: str, file: Sequence[FileColumn], choices: Choices, key: str) -> Habits:
    """Say what the values prove and ask for what they leave open; nothing is chosen beforehand where a guess could be wrong."""
    language = words.language()
    habits = Habits()

    def values(forms: frozenset[str]) -> list[str]:
        return mapping.values_of(shape, forms, choices.columns, file)

    days, numbers, instants = values(mapping.DAYS), values(mapping.NUMBERS), values(mapping.INSTANTS)
    found_order, found_signs = guessing.date_order(days), guessing.number_signs(numbers)
    if days or numbers:
        with st.container(horizontal=True, gap="large", key="habits", vertical_alignment="top"):
            if days:
                _days(found_order, habits, key, language)
            if numbers:
                _numbers(found_signs, numbers, habits, key, language)
            if guessing.needs_time_zone(instants):
                _zone(habits, key, language)
    habits.words = _words(shape, file, choices, key, language)
    return habits


def _days(found: guessing.DateOrder, habits: Habits, key: str, language: Language) -> None:
    translate = language.gettext
    with st.container(width=380, gap="xxsmall"):
        if found.order == "YMD":
            _said(N_("Days"), translate(N_("Year, month, day: nothing to ask.")), language)
            return
        if found.order is not None:
            habits.date_order = found.order
            _said(N_("Days"), translate(N_("{order}, as {value} proves")).format(
                order=translate(ORDERS[found.order]), value=found.proof[0]), language)
            return
        if len(found.proof) > 1:
            why = translate(N_("{one} and {other} contradict each other; rows of the other order will be rejected or misread."))
            why = why.format(one=found.proof[0], other=found.proof[1])
        else:
            why = translate(N_("No value proves the order: {value} may mean two days.")).format(value=found.proof[0])
        picked = st.radio(
            translate(N_("How are days written?")), list(ORDERS), index=None, key=f"{key}_order",
            format_func=lambda code: translate(ORDERS[code]),
        )
        st.caption(words.plain(why))
    if picked is None:
        habits.open_questions.append(translate(N_("how days are written")))
    else:
        habits.date_order = picked


def _numbers(found: guessing.NumberSigns, values: Sequence[str], habits: Habits, key: str, language: Language) -> None:
    translate = language.gettext
    habits.currency_signs = found.has_currency_signs
    with st.container(width=380, gap="xxsmall"):
        if found.decimal is not None:
            habits.decimal_sign, habits.thousands_sign = found.decimal, found.thousands
            if found.proof:
                _said(N_("Numbers"), translate(N_("{sign}, as {value} proves")).format(
                    sign=translate(_SIGNS[found.decimal]), value=found.proof[0]), language)
            else:
                _said(N_("Numbers"), translate(N_("Whole numbers: nothing to ask.")), language)
            return
        if len(found.proof) > 1:
            why = translate(N_("{one} and {other} contradict each other; rows of the other sign will be rejected.")).format(
                one=found.proof[0], other=found.proof[1])
        else:
            why = translate(N_("No value proves the sign: {value} may be more than a thousand, or a few.")).format(value=found.proof[0])
        picked = st.radio(
            translate(N_("How are numbers written?")), list(_SIGNS), index=None, key=f"{key}_sign",
            format_func=lambda sign: translate(_SIGNS[sign]),
        )
        st.caption(words.plain(why))
    if picked is None:
        habits.open_questions.append(translate(N_("how numbers are written")))
        return
    other = "," if picked == "." else "."
    habits.decimal_sign = picked
    habits.thousands_sign = other if any(other in value for value in values) else ""


def _zone(habits: Habits, key: str, language: Language) -> None:
    translate = language.gettext
    zones = sorted(available_timezones())
    own = connection.settings().company.time_zone
    with st.container(width=300, gap="xxsmall"):
        habits.time_zone = st.selectbox(
            translate(N_("Time zone of its clock")), zones, index=zones.index(own) if own in zones else None, key=f"{key}_zone",
        ) or ""
        st.caption(translate(N_("Its times name none; this is the company's.")))
    if not habits.time_zone:
        habits.open_questions.append(translate(N_("the time zone")))


def _said(title: str, sentence: str, language: Language) -> None:
    st.markdown(f"**{words.plain(language.gettext(title))}**  \n{words.plain(sentence)}")


def _words(shape: str, file: Sequence[FileColumn], choices: Choices, key: str, language: Language) -> dict[str, dict[str, str]]:
    """The file's words of our closed lists, each with a choice of ours."""
    translate = language.gettext
    found: dict[str, dict[str, str]] = {}
    for column in mapping.columns_of(shape):
        if not column.choices or column.name not in choices.columns:
            continue
        ours = {choice.casefold() for choice in column.choices}
        theirs = [value for value in file[choices.columns[column.name]].values if value.casefold() not in ours]
        if not theirs:
            continue
        title = profile_words.column(column.name, language)
        said = translate(N_("What its words of “{column}” mean")).format(column=title)
        st.markdown(f"**{words.plain(said)}**")
        if len(theirs) > MOST_WORDS:
            said = translate(N_("The column has {count} different words; only the first are listed, rows with others are rejected."))
            st.caption(said.format(count=language.number(len(theirs))))
        guessed = guessing.translations(column, theirs[:MOST_WORDS])
        chosen = _translations(theirs[:MOST_WORDS], column.choices, guessed, f"{key}_{column.name}_word", language)
        if chosen:
            found[column.name] = chosen
    return found


def _translations(
    theirs: Sequence[str], choices: Sequence[str], guessed: Mapping[str, str], key: str, language: Language
) -> dict[str, str]:
    found = {}
    for start in range(0, len(theirs), _PER_ROW):
        cells = st.columns(_PER_ROW * 2, vertical_alignment="center")
        for number, word in enumerate(theirs[start:start + _PER_ROW]):
            cells[2 * number].text(word if len(word) <= 30 else word[:29] + "…")
            ours = cells[2 * number + 1].selectbox(
                words.plain(word[:100]), choices, index=choices.index(guessed[word]) if word in guessed else None,
                key=f"{key}_{start + number}",
                label_visibility="collapsed", placeholder=language.gettext(N_("rejected")),
                format_func=lambda code: profile_words.choice(code, language),
            )
            if ours is not None:
                found[word] = ours
    return found
