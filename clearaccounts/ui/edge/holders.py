"""Who each of Streamlit's sessions (a tab) last ran for, and what it was given to download.

Streamlit's own addresses know tabs and files, not people. The entry script says on every run who is there; files that a page
offers are noted when Streamlit takes them in.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass

from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from clearaccounts.access import Role, Viewer

MOST_TABS = 10_000


@dataclass(frozen=True)
class Holder:
    """A person with the role they had, in one sign-in of theirs; demo mode knows no sign-ins."""

    user_id: str
    role: Role
    session_id: str

    @classmethod
    def of(cls, viewer: Viewer) -> Holder:
        """Who this viewer is, for a comparison later."""
        return cls(viewer.user_id, viewer.role, viewer.session.session_id if viewer.session else "")


class Holders:
    """The record of one server process; the longest unused tabs go when there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tabs: OrderedDict[str, Viewer] = OrderedDict()
        self._files: dict[str, set[Holder]] = {}

    def note(self, tab: str, viewer: Viewer | None) -> None:
        """From now on this tab is that person's, or nobody's."""
        with self._lock:
            self._tabs.pop(tab, None)
            if viewer is not None:
                self._tabs[tab] = viewer
            while len(self._tabs) > MOST_TABS:
                self._tabs.popitem(last=False)

    def of_tab(self, tab: str) -> Viewer | None:
        """Whom this tab last ran for."""
        with self._lock:
            return self._tabs.get(tab)

    def give(self, file_id: str, tab: str, there: set[str]) -> None:
        """A page in this tab offers a file; `there` are the ids of all files that Streamlit still has."""
        with self._lock:
            for gone in self._files.keys() - there - {file_id}:
                del self._files[gone]
            viewer = self._tabs.get(tab)
            if viewer is not None:
                self._files.setdefault(file_id, set()).add(Holder.of(viewer))

    def of_file(self, file_id: str) -> frozenset[Holder]:
        """Who was given a file of this id."""
        with self._lock:
            return frozenset(self._files.get(file_id, ()))


here = Holders()


def note(viewer: Viewer | None) -> None:
    """Say for whom the script runs in this tab; the entry script does, before it opens a page."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        here.note(context.session_id, viewer)


def file_id_of(address: str) -> str:
    """The id in a file's address: its last part without the extension, as Streamlit itself reads it."""
    return os.path.splitext(address.lstrip("/").partition("/")[2])[0]  # noqa: PTH122 - exactly what Streamlit does


def watch(files: MediaFileManager) -> None:
    """Note from now on which tab is given which file."""
    add = files.add

    def noted(path_or_data: bytes | str, mimetype: str, coordinates: str, *more: object, **named: object) -> str:
        address = add(path_or_data, mimetype, coordinates, *more, **named)  # type: ignore[arg-type]
        context = get_script_run_ctx(suppress_warning=True)
        if context is not None:
            here.give(file_id_of(address), context.session_id, set(files._file_metadata))
        return address

    make = files.execute_deferred

    def made(file_id: str) -> str:
        # A file that is made on the click is for the tab whose page offered it, whoever asks for it by its id.
        offered = files._deferred_callables.get(file_id)
        address = make(file_id)
        if offered is not None:
            here.give(file_id_of(address), offered["session_id"], set(files._file_metadata))
        return address

    files.add = noted  # type: ignore[method-assign]
    files.execute_deferred = made  # type: ignore[method-assign]
