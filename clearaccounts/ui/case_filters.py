"""What the lists and charts of support cases are narrowed to: one value for each dimension, kept in the address.

The address is where a choice stands; every chart, list, badge and file of the page reads it here. An empty value is the group of cases
that name none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from clearaccounts import accounts
from clearaccounts.access import Viewer
from clearaccounts.support.groups import AGE_BUCKETS, DIMENSION_TITLES, DIMENSIONS, STATES
from clearaccounts.support.moments import day_end
from clearaccounts.text import N_, Language
from clearaccounts.ui import charts_support, controls, labels, words
from clearaccounts.warehouse import Warehouse

AGE = "age"
# Dimension -> its name in the address.
ADDRESS = {name: name for name in DIMENSIONS} | {"online_service": "service", AGE: AGE}
FIELDS = {**DIMENSIONS, AGE: "age_bucket"}
# What changes with time: it narrows the cases open at an instant, and not what came and left.
_AT_AN_INSTANT = frozenset({"status", AGE})
_CLOSED_LISTS: Mapping[str, tuple[str, ...]] = {
    "severity": ("A", "B", "C", ""), "status": STATES, AGE: AGE_BUCKETS,
    "support_type": ("billing", "subscription_management", "technical", ""),
}
_TITLES = {**DIMENSION_TITLES, AGE: N_("Age")}
_PAGE = "page"
NOT_GIVEN = N_("Not given")
NO_SERVICE = N_("No known service")


def chosen() -> dict[str, str]:
    """Dimension -> the value that the address narrows it to; what makes no sense there is left out."""
    asked = {name: st.query_params.get(key) for name, key in ADDRESS.items()}
    return {
        name: value for name, value in asked.items()
        if value is not None and (name not in _CLOSED_LISTS or value in _CLOSED_LISTS[name])
    }


def fields(narrowed: Mapping[str, str], without: str | None = None) -> dict[str, Any]:
    """The fields of a filter of open cases; `without` one dimension, whose groups are compared."""
    return {FIELDS[name]: value for name, value in narrowed.items() if name != without}


def lasting(narrowed: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a filter of what came and left: those that mean the same at any instant."""
    return {FIELDS[name]: value for name, value in narrowed.items() if name not in _AT_AN_INSTANT}


def keep(dimension: str, value: str | None) -> None:
    """Callback: narrow a dimension to a value, None to all of it; lists begin with their first page again."""
    if value is None:
        st.query_params.pop(ADDRESS[dimension], None)
    else:
        st.query_params[ADDRESS[dimension]] = value
    st.query_params.pop(_PAGE, None)
    st.session_state.pop(_PAGE, None)


def toggle(dimension: str, value: str) -> None:
    """Callback: narrow a dimension to a value, or let go of it if it is chosen already."""
    keep(dimension, None if st.query_params.get(ADDRESS[dimension]) == value else value)


def forget_all() -> None:
    """Callback: narrow nothing any more."""
    for dimension in ADDRESS:
        keep(dimension, None)


def value_words(dimension: str, value: str | None, language: Language, names: Mapping[str, str] | None = None) -> str:
    """What a group is called; `names` are those of customers by their ids."""
    if not value:
        missing = NO_SERVICE if dimension == "online_service" else NOT_GIVEN
        return language.gettext(missing)
    if dimension in ("status", "support_type"):
        return labels.title(value, language)
    if dimension == AGE:
        return charts_support.age_words(value, language)
    return (names or {}).get(value) or value


@dataclass(frozen=True)
class Look:
    """What a run of the page looks at: the build, the shared controls, who looks, and what is narrowed.

    `at` is the end of the chosen day in company time, `called` the names of customers by their ids.
    """

    warehouse: Warehouse
    chosen: controls.Chosen
    viewer: Viewer
    at: datetime
    narrowed: Mapping[str, str]
    called: Mapping[str, str]


def look(warehouse: Warehouse, chosen_day: controls.Chosen, viewer: Viewer) -> Look:
    """What the address and the controls of this run say."""
    at = day_end(chosen_day.as_of_on, ZoneInfo(warehouse.build.time_zone))
    narrowed = chosen()
    return Look(warehouse, chosen_day, viewer, at, narrowed, _names(warehouse, narrowed, viewer))


def _names(warehouse: Warehouse, narrowed: Mapping[str, str], viewer: Viewer) -> dict[str, str]:
    """The name of the customer that the page is narrowed to, by id; nothing for one who is not in view."""
    if not narrowed.get("customer"):
        return {}
    found = accounts.with_names(warehouse, pa.table({"customer_id": [narrowed["customer"]]}), viewer).to_pylist()
    return {row["customer_id"]: row["customer_name"] for row in found if row["customer_name"]}


def said(seen: Look, language: Language, *, without: str | None = None, at_any_instant: bool = False) -> list[str]:
    """What the page is narrowed to, as a caption says it: `Category: Mail`.

    Args:
        seen: what the page looks at.
        language: the reader's.
        without: a dimension that the list is not narrowed by.
        at_any_instant: leave out what `lasting` leaves out.
    """
    return [
        f"{language.gettext(_TITLES[name])}: {value_words(name, value, language, seen.called)}"
        for name, value in seen.narrowed.items()
        if name != without and not (at_any_instant and name in _AT_AN_INSTANT)
    ]


def badges(seen: Look, language: Language) -> None:
    """What the page is narrowed to, each with the way out of it."""
    for name, text in zip(seen.narrowed, said(seen, language), strict=True):
        st.button(words.plain(text), key=f"forget_{name}", icon=":material/close:", on_click=keep, args=(name, None))
    if len(seen.narrowed) > 1:
        st.button(language.gettext(N_("Show all")), key="forget_all", type="tertiary", on_click=forget_all)
