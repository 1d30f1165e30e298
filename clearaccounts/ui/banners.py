"""What must be known before believing a number: a build that failed, checks that failed.

Why a build failed may name a customer of anybody: only who may see the imported data reads it.
"""

from __future__ import annotations

import streamlit as st

from clearaccounts import overview
from clearaccounts.access import Permission, Viewer
from clearaccounts.importing import publish
from clearaccounts.text import N_
from clearaccounts.ui import connection, words

_WHO_KNOWS = N_("Who imports data reads on the Data page why.")


def warnings(viewer: Viewer) -> None:
    """A build that failed, and checks of this build that failed, for those who see numbers."""
    language = words.language()
    failure = publish.failure(connection.folder())
    if failure is not None:
        text = language.gettext(N_("The newest data could not be built in, so you see the data from before. {why}"))
        why = failure.in_language(language.gettext) if viewer.may(Permission.VIEW_DATA) else language.gettext(_WHO_KNOWS)
        st.warning(words.plain(text.format(why=why)), icon=":material/history:")
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
