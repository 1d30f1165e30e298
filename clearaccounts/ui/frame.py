"""What every page opens with: its title, its caption (the filter in words) and its controls."""

from __future__ import annotations

import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.ui import controls, words
from clearaccounts.ui.registry import Entry

_PAGE = "_page_open"


def open_page(entry: Entry, viewer: Viewer) -> None:
    """Title and caption on the left, shared controls on the right; the entry script draws it before the page runs."""
    language = words.language()
    if st.session_state.get(_PAGE) != entry.url:
        st.session_state[_PAGE] = entry.url
        controls.arrive()
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", key="frame"):
        with st.container(gap="xxsmall", width="stretch"):
            st.title(language.gettext(entry.title), anchor=False)
            said = st.empty()
        controls.draw(entry.filters, viewer)
    if entry.filters:
        said.caption(words.plain(controls.chosen().in_words(language, controls.parts(entry.filters, viewer), viewer)))
