"""Imports on record: who brought which files in, what became of their rows, and who took an import back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clearaccounts.access import Permission, Viewer
from clearaccounts.decisions.action import Action
from clearaccounts.decisions.chain import Event
from clearaccounts.decisions.reading import EventFilter
from clearaccounts.decisions.store import Store


def record_import(store: Store, viewer: Viewer, import_id: str, report: Mapping[str, Any], now: datetime) -> Event:
    """Put one import on record; the same import twice is one event.

    Args:
        store: where.
        viewer: who imported.
        import_id: what tells this import from all others.
        report: what became of it: text, whole numbers, Decimals, days, lists and mappings of these.
        now: when.

    Raises:
        NotPermitted: the person may not import.
        DecisionError: it could not be recorded.
    """
    action = Action(
        subject_type="import", subject_id=import_id, event_type="imported", reason="", idempotency_key=f"import:{import_id}", now=now,
        permissions=(Permission.IMPORT,), rule=lambda _: {"report": report}, expected_version=0,
    )
    return store.append(viewer, action)


def record_undo(store: Store, viewer: Viewer, import_id: str, report: Mapping[str, Any], now: datetime) -> Event:
    """Put on record that an import was taken back; the same undo twice is one event.

    Args:
        store: where.
        viewer: who took it back.
        import_id: the import that counts no longer.
        report: which files it had: text, whole numbers, lists and mappings of these.
        now: when.

    Raises:
        NotPermitted: the person may not import.
        DecisionError: it could not be recorded.
    """
    action = Action(
        subject_type="import", subject_id=import_id, event_type="undone", reason="", idempotency_key=f"undo:{import_id}", now=now,
        permissions=(Permission.IMPORT,), rule=lambda _: {"report": report},
    )
    return store.append(viewer, action)


def imports_on_record(store: Store) -> set[tuple[str, str]]:
    """(import_id, "imported" or "undone") of every import and every undo on record.

    Raises:
        DecisionError: the decisions cannot be read.
    """
    return {(event.subject_id, event.event_type) for event in store.matching(EventFilter(subject_type="import"))}


def files_on_record(store: Store) -> list[Mapping[str, Any]]:
    """Every file that an import on record brought in: file, sha256, profile, rows, loaded, rejected, and by now `place`.

    Raises:
        DecisionError: the decisions cannot be read.
    """
    events = store.matching(EventFilter(subject_type="import", event_type="imported"))
    return [file for event in events for file in event.details["report"]["files"]]
