"""What a page says instead of a number: an error as one sentence, an empty result as why and what to do."""

from __future__ import annotations

import logging

import streamlit as st

from clearaccounts import log
from clearaccounts.errors import ClearAccountsError
from clearaccounts.text import N_
from clearaccounts.ui import labels, words

_LOG = logging.getLogger(__name__)

_UNEXPECTED = N_("Something went wrong on our side. Tell your administrator this reference: {reference}.")


def sentence(error: Exception) -> str:
    """The error as one sentence in the reader's language.

    An error that we did not foresee goes to the log with where it was; the reader gets the reference of the request, under
    which the log holds it and all that went before.
    """
    language = words.language()
    translate = language.gettext
    if isinstance(error, ClearAccountsError):
        values = dict(error.values)
        if "holds" in values:  # the store names holds by their codes, blanks for underscores
            codes = str(values["holds"]).replace(" ", "_").split(",_")
            values["holds"] = ", ".join(labels.title(code, language) for code in codes)
        return type(error)(error.template, **values).in_language(translate)
    reference = log.request_id()
    log.event(_LOG, "unexpected_error", logging.ERROR, error, reference=reference)
    return translate(_UNEXPECTED).format(reference=reference)


def show(error: Exception) -> None:
    """Show the error's sentence where the page stands."""
    st.error(words.plain(sentence(error)), icon=":material/error:")


def empty(reason: str) -> None:
    """Say why there is nothing to see, and what to do. `reason` is already in the reader's language."""
    st.info(words.plain(reason), icon=":material/info:")


def no_such_page() -> None:
    """The same words for an address that does not exist and for one that is not for this person."""
    translate = words.language().gettext
    st.title(translate(N_("No such page")), anchor=False)
    st.write(translate(N_("There is nothing at this address for you. Choose a page above.")))
