"""Imports, undos and profiles on record: who did what, told to the decisions store."""

from __future__ import annotations

from datetime import datetime

from clearaccounts.access import Viewer
from clearaccounts.collections.clearing import catch_up
from clearaccounts.decisions import record_profile
from clearaccounts.errors import ClearAccountsError
from clearaccounts.importing.on_record import put_on_record
from clearaccounts.ui import connection


def record(viewer: Viewer, now: datetime) -> ClearAccountsError | None:
    """Put imports and undos on record; that it could not be done undoes nothing, but is said: the error is returned."""
    try:
        put_on_record(connection.own_folder(), connection.own_store(), viewer, now)
    except ClearAccountsError as error:
        return error
    finally:
        catch_up(connection.own_folder(), connection.settings(), now, viewer, store=connection.own_store())
    return None


def record_own_profile(viewer: Viewer, name: str, event_type: str, sha256: str, now: datetime) -> None:
    """Put on record that a profile was saved or deleted.

    Raises:
        DecisionError: it could not be recorded.
    """
    record_profile(connection.own_store(), viewer, name, event_type, details={"sha256": sha256}, now=now)
