"""Signing in by the directory: what Streamlit needs to know for it, and what its token says of who is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import streamlit as st

from clearaccounts.access import Viewer
from clearaccounts.errors import ClearAccountsError, SettingsError
from clearaccounts.people import signing
from clearaccounts.text import N_
from clearaccounts.ui import connection

CLIENT_SECRET = "CLEARACCOUNTS_OIDC_CLIENT_SECRET"  # noqa: S105 - the variable's name, not the secret
COOKIE_SECRET = "CLEARACCOUNTS_COOKIE_SECRET"  # noqa: S105 - the variable's name, not the secret
SHORTEST_COOKIE_SECRET = 32


def secrets(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What `st.App` is given for `st.login`; nothing in demo mode.

    Raises:
        SettingsError: the settings hold something we cannot use, or the environment lacks a secret.
    """
    access = connection.settings().access
    if not access.is_oidc:
        return {}
    for name, shortest in ((CLIENT_SECRET, 1), (COOKIE_SECRET, SHORTEST_COOKIE_SECRET)):
        if len(environment.get(name, "")) < shortest:
            raise SettingsError(
                N_("[access] mode is oidc: the environment variable {name} must hold a secret of {count} characters or more."),
                name=name, count=shortest,
            )
    return {"auth": {
        "redirect_uri": access.address.rstrip("/") + "/oauth2callback",
        "cookie_secret": environment[COOKIE_SECRET],
        "client_id": access.client_id,
        "client_secret": environment[CLIENT_SECRET],
        "server_metadata_url": f"{access.issuer}/.well-known/openid-configuration",
    }}


def viewer() -> Viewer | None:
    """Who signed in, their session still good; None if nobody did in this browser.

    Raises:
        SignedOut: who did may not come in, or not any more.
        SettingsError: the sign-in is not set up.
        DecisionError: the decisions store cannot be read.
    """
    secrets(os.environ)
    if not st.user.get("is_logged_in"):
        return None
    return viewer_of(st.user.to_dict())


def viewer_of(token: Mapping[str, Any]) -> Viewer:
    """Who signed in by a token whose cookie was verified, their session still good.

    Raises:
        SignedOut: they may not come in, or not any more.
        SettingsError: the settings hold something we cannot use.
        DecisionError: the decisions store cannot be read.
    """
    access = connection.settings().access
    claims = signing.Claims.of(token, access)
    return signing.enter(connection.own_store(), access, claims, connection.now())


def sign_out() -> None:
    """End the session for good, then delete its cookie; a store that does not answer keeps nobody signed in here."""
    try:
        found = viewer()
        if found is not None:
            signing.sign_out(connection.own_store(), found, connection.now())
    except ClearAccountsError:
        connection.log.warning("a sign-out could not be put on record", exc_info=True)
    finally:
        st.logout()
