"""The filters that pages share: day, currency, ageing rule. Bound to the URL, checked, and said in words.

They are drawn by the entry script, so that they keep their value from page to page; a page reads
them with the functions below. Their names in the URL are the parameters' names in `queries/`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import streamlit as st

from clearaccounts import overview
from clearaccounts.access import Permission, Viewer
from clearaccounts.errors import BadParameter
from clearaccounts.preferences import BASES, MOST_EDGES
from clearaccounts.query_files import Parameter, read_value
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, labels, saved_edges, url, words
from clearaccounts.ui.kept import Kept
from clearaccounts.ui.registry import Entry
from clearaccounts.warehouse import Warehouse

DEFAULT_EDGES = "30,60,90"
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
_OFFERED = "_filters_offered"  # which of day, currency and ageing the page of this run lets its reader choose
_EDGES = Parameter("bucket_edges", "integers", "last day of each bucket", is_required=False)


@dataclass(frozen=True)
class Chosen:
    """What the shared controls are set to; `currency` None means all."""

    as_of_on: date
    currency: str | None
    bucket_edges: tuple[int, ...]
    basis: str

    def in_words(self, language: Language, parts: Iterable[str], viewer: Viewer) -> str:
        """The filter as a caption: `As of 30 Sep 2026 · EUR · by due date`.

        Args:
            language: the reader's.
            parts: which of `day`, `currency`, `ageing` this page uses.
            viewer: whose scope applies; a sales agent reads that these are their own customers.
        """
        translate = language.gettext
        said = []
        for part in parts:
            if part == "day":
                said.append(translate(N_("As of {day}")).format(day=language.day(self.as_of_on)))
            elif part == "currency":
                said.append(self.currency or translate(N_("all currencies")))
            else:
                said.append(
                    translate(N_("days overdue from the due date")) if self.basis == "due_date"
                    else translate(N_("days from the invoice date"))
                )
        if viewer.agent_scope is not None:
            said.append(translate(N_("your own customers")))
        return " · ".join(said)


_CURRENCIES: Kept[tuple[str, ...]] = Kept(200)


def _currencies(warehouse: Warehouse, viewer: Viewer) -> tuple[str, ...]:
    return _CURRENCIES.get(warehouse, viewer, None, lambda: tuple(overview.currencies(warehouse, viewer)["currency"].to_pylist()))


def parts(filters: Iterable[str], viewer: Viewer) -> tuple[str, ...]:
    """Those of a page's filters that mean something to this person: without amounts there is no currency to choose."""
    return tuple(part for part in filters if part == "day" or viewer.may(Permission.VIEW_RECEIVABLES))


def arrive() -> None:
    """On the first run of a page: an ageing rule named in the link that led here comes before the one that was set last."""
    for name in ("basis", "bucket_edges"):
        if name in st.session_state and name in st.query_params:
            st.session_state[name] = st.query_params[name]


def draw(filters: Iterable[str], viewer: Viewer) -> None:
    """The controls of a page, in one row: `day`, `currency`, `ageing`."""
    wanted = parts(filters, viewer)
    st.session_state[_OFFERED] = wanted
    if not wanted:
        return
    warehouse = connection.warehouse()
    language = words.language()
    translate = language.gettext
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls", gap="small", width="content"):
        if "day" in wanted:
            st.date_input(
                translate(N_("As of")), value=warehouse.build.as_of_on, min_value=_FIRST_DAY, max_value=_LAST_DAY,
                key="as_of_on", bind="query-params", persist_state="session", width=140,
                format="MM/DD/YYYY" if language.locale.endswith("_US") else "DD/MM/YYYY",
            )
        if "currency" in wanted:
            currencies = _currencies(warehouse, viewer)
            st.selectbox(
                translate(N_("Currency")), ["", *currencies], key="currency", bind="query-params", persist_state="session", width=130,
                format_func=lambda code: code or translate(N_("All")),
            )
        if "ageing" in wanted:
            url.seed("basis", BASES, BASES[0])
            st.segmented_control(
                translate(N_("Days counted from")), BASES, required=True, key="basis", on_change=url.keep, args=("basis", BASES[0]),
                persist_state="session", format_func=lambda basis: labels.title(basis, language),
            )
            st.text_input(
                translate(N_("Bucket ends")), DEFAULT_EDGES, key="bucket_edges", max_chars=60,
                bind="query-params", persist_state="session", width=120,
                placeholder=DEFAULT_EDGES,
            )
            saved_edges.draw(viewer, _edges_or_none(), chosen_basis())


def _edges(text: str) -> tuple[int, ...]:
    try:
        numbers = read_value(_EDGES, text.replace(" ", ""))
    except BadParameter:
        numbers = None
    if not isinstance(numbers, list) or len(numbers) > MOST_EDGES:
        raise BadParameter(
            N_("The bucket ends must be at most {count} whole numbers above 0 that grow, such as 30,60,90."), count=MOST_EDGES)
    return tuple(numbers)


def _edges_or_none() -> tuple[int, ...] | None:
    """The bucket ends that are set, None while they make no sense; the page says why."""
    try:
        return _edges(_edges_set())
    except BadParameter:
        return None


def chosen_basis() -> str:
    """The date from which days overdue are counted."""
    basis = st.session_state.get("basis")
    return basis if basis in BASES else BASES[0]


def chosen() -> Chosen:
    """What the controls are set to, checked; what this page does not draw has its default.

    The controls keep their values from page to page: a filter that is set elsewhere and cannot be seen here must not narrow these numbers.

    Raises:
        BadParameter: the bucket edges are not growing whole numbers; the sentence says so.
    """
    warehouse = connection.warehouse()
    state = st.session_state
    offered = state.get(_OFFERED, ())
    day = state.get("as_of_on") if "day" in offered else None
    return Chosen(
        as_of_on=day if isinstance(day, date) else warehouse.build.as_of_on,
        currency=(state.get("currency") or None) if "currency" in offered else None,
        bucket_edges=_edges(_edges_set() if "ageing" in offered else DEFAULT_EDGES),
        basis=chosen_basis() if "ageing" in offered else BASES[0],
    )


def _edges_set() -> str:
    """The bucket ends as they were typed."""
    return str(st.session_state.get("bucket_edges") or DEFAULT_EDGES)


def link(entry: Entry, **values: object) -> dict[str, str]:
    """Query parameters for a link to `entry`: `values`, and what of this page's filters the link must carry.

    Day, currency, bucket edges and language are bound to the URL by Streamlit, which takes them along itself. The ageing rule is named
    where this page's numbers go by another one than was set last: the page behind the link shall show the same.
    """
    kept = {}
    if "ageing" in entry.filters:
        here = chosen()
        edges = ",".join(map(str, here.bucket_edges))
        if here.basis != BASES[0] or here.basis != chosen_basis():
            kept["basis"] = here.basis
        if edges != _edges_set().replace(" ", ""):
            kept["bucket_edges"] = edges
    return kept | {name: str(value) for name, value in values.items()}
