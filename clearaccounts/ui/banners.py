"""What must be known before believing a number: a build that failed, checks that failed."""

from __future__ import annotations

import json

import streamlit as st

from clearaccounts import overview
from clearaccounts.access import Permission, Viewer
from clearaccounts.errors import ClearAccountsError
from clearaccounts.text import N_
from clearaccounts.ui import connection, words


def warnings(viewer: Viewer) -> None:
    """A build that failed, and checks of this build that failed, for those who see numbers."""
    language = words.language()
    failure = connection.folder().warehouse / "failure.json"
    if failure.exists():
        st.warning(words.plain(_failure(failure.read_text(encoding="utf-8"))), icon=":material/history:")
    if not viewer.may(Permission.VIEW_RECEIVABLES):
        return
    count = overview.failed_check_count(connection.warehouse(), viewer)
    if count:
        text = language.ngettext(
            "{count} data check failed: the numbers on this page may be wrong until the cause is mended. The Data page lists it.",
            "{count} data checks failed: the numbers on this page may be wrong until the causes are mended. The Data page lists them.",
            count,
        )
        st.error(words.plain(text.format(count=language.number(count))), icon=":material/rule:")


def _failure(content: str) -> str:
    translate = words.language().gettext
    try:
        why = str(json.loads(content).get("message", ""))
    except (ValueError, AttributeError, ClearAccountsError):
        why = ""
    return translate(N_("The newest data could not be built in, so you see the data from before. {why}")).format(why=why).strip()
