"""What one tab has on its desk: the files chosen, in a private folder, what they are to be read as, and the look at them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import streamlit as st

from clearaccounts.importing.files import last_part
from clearaccounts.ui import import_jobs
from clearaccounts.ui.import_jobs import Job

_DESK, _LOOK = "_import_desk", "_import_look"


class Uploaded(Protocol):
    """A file as the browser sent it."""

    name: str

    def getbuffer(self) -> Any:
        """Its bytes."""


@dataclass
class Desk:
    """Files on their way in.

    Attributes:
        paths: the files, each in a folder of its own under a folder that only this process may read; it goes with the desk.
        read_as: the name of the profile that a person chose for a file, by its place in `paths`.
        date_orders: DMY or MDY, as a person said of a file, by its place in `paths`.
        is_whole: whether the files hold everything of their kinds, so that what they no longer hold is withdrawn.
        confirmed: the questions that a person has said yes to.
    """

    folder: tempfile.TemporaryDirectory[str]
    paths: tuple[Path, ...]
    read_as: dict[int, str] = field(default_factory=dict)
    date_orders: dict[int, str] = field(default_factory=dict)
    is_whole: bool = False
    confirmed: list[Any] = field(default_factory=list)

    def said_orders(self) -> dict[Path, str]:
        """Whether day or month comes first, as a person said, by file."""
        return {self.paths[number]: order for number, order in self.date_orders.items()}

    def chosen(self) -> dict[Path, str]:
        """The profiles that a person chose, by file."""
        return {self.paths[number]: name for number, name in self.read_as.items()}


def lay(files: Sequence[Uploaded]) -> Desk:
    """Put uploaded files on a new desk."""
    folder = tempfile.TemporaryDirectory(prefix="clearaccounts-upload-")
    paths = []
    for number, file in enumerate(files):
        # The name is the browser's: only its last part is used.
        path = Path(folder.name) / str(number) / last_part(str(file.name))
        path.parent.mkdir()
        path.write_bytes(file.getbuffer())
        paths.append(path)
    return Desk(folder, tuple(paths))


def desk() -> Desk | None:
    """The desk of this tab, if files were chosen."""
    found: Desk | None = st.session_state.get(_DESK)
    return found


def keep(laid: Desk) -> None:
    """Make it the desk of this tab."""
    st.session_state[_DESK] = laid


def look() -> Job | None:
    """The job that looks at the files, or has looked."""
    found: Job | None = st.session_state.get(_LOOK)
    return found


def keep_look(job: Job) -> None:
    """Remember the job that looks at the files."""
    st.session_state[_LOOK] = job


def look_again() -> None:
    """What was understood is no longer what would be imported: forget it."""
    job: Job | None = st.session_state.pop(_LOOK, None)
    if job is not None:
        job.cancel()
        import_jobs.forget(job)


def clear() -> None:
    """Put the files away; nothing of them was kept."""
    look_again()
    st.session_state.pop(_DESK, None)
