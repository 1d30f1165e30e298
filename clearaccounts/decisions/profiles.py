"""Own profiles on record: who saved or deleted which one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clearaccounts.access import Permission, Viewer
from clearaccounts.decisions.action import Action
from clearaccounts.decisions.chain import Event
from clearaccounts.decisions.store import Store

SAVED, DELETED = "profile_saved", "profile_deleted"


def record_profile(store: Store, viewer: Viewer, name: str, event_type: str, *, details: Mapping[str, Any], now: datetime) -> Event:
    """Put on record that an own profile was saved or deleted.

    Args:
        store: where.
        viewer: who did it.
        name: the profile's name.
        event_type: SAVED or DELETED.
        details: what else to keep: text, whole numbers, lists and mappings of these.
        now: when.

    Raises:
        NotPermitted: the person may not import.
        DecisionError: it could not be recorded.
    """
    # Saving the same profile a second time is a second deed: every call has a key of its own.
    return store.append(viewer, Action(
        subject_type="profile", subject_id=name, event_type=event_type, reason="", idempotency_key=f"profile:{secrets.token_hex(16)}",
        now=now, permissions=(Permission.IMPORT,), rule=lambda _: details,
    ))
