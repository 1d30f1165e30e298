"""The entry script: who is there, what they asked for, and the page, the sign-in or "no such page".

It runs anew for every click. It stands beside no `pages` folder: Streamlit would serve such pages
by themselves to the first visitor after a start, before any sign-in.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from clearaccounts import log
from clearaccounts.errors import NotFound, NotPermitted
from clearaccounts.ui import banners, connection, denials, frame, guard, header, logged, messages, registry, remembered, sign_in, words
from clearaccounts.ui.edge import holders


def main() -> None:
    """One run, a request of its own in the log."""
    with logged.run():
        draw()


def draw() -> None:
    """Show who is there what they asked for."""
    connection.begin_run()
    st.set_page_config(page_icon=str(Path(__file__).with_name("icon.png")), layout="centered", initial_sidebar_state="collapsed")
    try:
        viewer = header.bar()
        guard.settle(viewer)
        holders.note(viewer)
        remembered.draw()
        chosen = st.navigation(registry.navigation(viewer, words.language()), position="top" if viewer else "hidden")
        entry = registry.entry_at(chosen.url_path)
        # A place of its own: once somebody is signed in it is empty at once, not only when the page below is complete.
        door = st.empty()
        if viewer is None:
            with door.container():
                sign_in.show()
            denials.outside(entry)
            return
        if entry is not None and entry.is_for(viewer):
            log.about(page=entry.url)
            banners.warnings(viewer)
            frame.open_page(entry, viewer)
            try:
                chosen.run()
            except (NotFound, NotPermitted) as denial:
                denials.found_nothing(viewer, entry, denial)
                raise
        elif not chosen.url_path and (home := registry.home(viewer)):
            st.switch_page(home.path)
        else:
            denials.page(viewer, entry)
            messages.no_such_page()
    except Exception as error:  # the one place where an error becomes a sentence; it is logged with its traceback
        messages.show(error)


main()
