"""The profiles that there are: built in, and the partner's own, which can be downloaded and deleted."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.decisions.profiles import DELETED
from clearaccounts.errors import ClearAccountsError
from clearaccounts.importing import profiles
from clearaccounts.importing.profiles import BROKEN, Profile
from clearaccounts.importing.profiles import own as own_profiles
from clearaccounts.text import N_, Language
from clearaccounts.ui import connection, guard, import_records, labels, messages, words
from clearaccounts.ui.tables import Column

COLUMNS = (
    Column("title", N_("Profile"), width="large"),
    Column("origin", N_("Origin")),
    Column("state", N_("State"), width="small"),
    Column("becomes", N_("Its rows become"), width="medium"),
    Column("source", N_("Columns taken from"), width="large"),
    Column("name", N_("Name")),
)
_ASKED, _PROBLEM = "_profile_to_delete", "_profile_problem"


def known() -> dict[str, Profile]:
    """Every profile by name; own ones that cannot be read are left out."""
    return profiles.known(connection.own_folder().path)


def warn_of_broken() -> None:
    """A sentence for each of the partner's own profiles that cannot be read."""
    for problem in profiles.broken(connection.own_folder().path).values():
        st.warning(words.plain(words.language().gettext(BROKEN).format(problem=messages.sentence(problem))), icon=":material/warning:")


def title(profile: Profile, language: Language) -> str:
    """What a profile is called."""
    if not profile.is_canonical:
        return profile.title
    return language.gettext(N_("Our own columns: {kind}")).format(kind=labels.kind(profile.name, language))


def is_proven(profile: Profile) -> bool:
    """Whether a real file of it has been read; our own columns need no proof."""
    return profile.is_proven or profile.is_canonical


def titles(language: Language) -> dict[str, str]:
    """The profiles that a file can be read by, by name: the partner's own first, tables that are only kept left out.

    Those that no real file has proven are marked.
    """
    unproven = language.gettext(N_("unproven"))
    own = set(own_profiles.names(connection.own_folder()))
    found = [
        (name not in own, profile.is_canonical, title(profile, language) + ("" if is_proven(profile) else f" ({unproven})"), name)
        for name, profile in known().items() if not profile.is_kept_only
    ]
    return {name: said for _, _, said, name in sorted(found)}


def table(language: Language) -> pa.Table:
    """One row per profile, the partner's own first, those that cannot be read among them."""
    translate = language.gettext
    own = set(own_profiles.names(connection.own_folder()))
    rows = [
        {"title": name, "name": name, "source": problem.in_language(translate), "origin": translate(N_("own")),
         "state": translate(N_("cannot be read")), "becomes": ""}
        for name, problem in profiles.broken(connection.own_folder().path).items()
    ]
    for profile in sorted(known().values(), key=lambda one: (one.name not in own, one.is_canonical, one.is_kept_only, one.title)):
        becomes = dict.fromkeys(labels.kind(target.kind, language) for target in profile.targets)
        rows.append({
            "title": title(profile, language), "name": profile.name, "source": profile.source,
            "origin": translate(N_("own") if profile.name in own else N_("built in")),
            "state": translate(N_("proven") if is_proven(profile) else N_("unproven")),
            "becomes": ", ".join(becomes) or translate(N_("nothing; the file is kept")),
        })
    return pa.Table.from_pylist(rows, schema=pa.schema([(column.name, pa.string()) for column in COLUMNS]))


def actions(viewer: Viewer, name: str) -> None:
    """Download and delete, for a profile of the partner's own."""
    language = words.language()
    translate = language.gettext
    folder = connection.own_folder()
    if name not in own_profiles.names(folder):
        st.caption(translate(N_("This profile is built in.")))
        return
    try:
        content = own_profiles.read_text(folder, name).encode()
    except ClearAccountsError as error:
        messages.show(error)
        return
    with st.container(horizontal=True, width="content"):
        st.download_button(
            translate(N_("Download the profile")), content, file_name=f"{name}-{hashlib.sha256(content).hexdigest()[:12]}.toml",
            mime="application/toml", key="download_profile", on_click="ignore", icon=":material/download:",
        )
        st.button(translate(N_("Delete the profile")), on_click=_ask, args=(name,), key="delete_profile", icon=":material/delete:")
    if st.session_state.get(_ASKED) == name:
        st.dialog(translate(N_("Delete the profile")), on_dismiss=_close)(guard.watched(_body))(viewer, name)


def _ask(name: str) -> None:
    st.session_state[_ASKED] = name
    st.session_state.pop(_PROBLEM, None)


def _close() -> None:
    st.session_state.pop(_ASKED, None)


def _body(viewer: Viewer, name: str) -> None:
    if st.session_state.get(_ASKED) is None:
        st.rerun()
    translate = words.language().gettext
    st.text(name)
    st.write(translate(N_("Files of this format are no longer recognised. What was imported by it stays as it is.")))
    failed = st.session_state.get(_PROBLEM)
    if failed:
        st.error(words.plain(failed), icon=":material/error:")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(translate(N_("Cancel")), on_click=_close, key="delete_profile_cancel")
        st.button(translate(N_("Delete the profile")), on_click=_delete, args=(viewer, name), type="primary", key="delete_profile_send")


def _delete(viewer: Viewer, name: str) -> None:
    """Callback: take it away and put that on record."""
    try:
        content = own_profiles.read_text(connection.own_folder(), name)
        own_profiles.delete(connection.own_folder(), name)
        digest = hashlib.sha256(content.encode()).hexdigest()
        import_records.record_own_profile(viewer, name, DELETED, digest, connection.now())
    except ClearAccountsError as error:
        st.session_state[_PROBLEM] = messages.sentence(error)
        return
    _close()
