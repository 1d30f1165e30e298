"""Imports and undos as the decisions store keeps them: told from the landings, so that a crash in between loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clearaccounts.access import Viewer
from clearaccounts.decisions import Store, imports_on_record, record_import, record_undo
from clearaccounts.errors import KeyReused
from clearaccounts.importing.records import Landing, everything
from clearaccounts.settings import DataFolder


def put_on_record(folder: DataFolder, store: Store, viewer: Viewer, now: datetime) -> int:
    """Put every import and undo of `folder` on record that is not yet; what another process records meanwhile is its own.

    Args:
        folder: whose landings.
        store: its decisions.
        viewer: who records; who imported is in the record itself.
        now: when it is recorded.

    Returns:
        How many events were added.

    Raises:
        LandingError: a landing's record cannot be read.
        NotPermitted: the person may not import.
        DecisionError: it could not be recorded.
    """
    known, told = everything(folder), imports_on_record(store)
    places = {one.sequence: one.name for one in known}
    added = 0
    for one in known:
        event_type = "undone" if one.undoes else "imported"
        # Imports of the first version named themselves otherwise, and were recorded then.
        if not one.import_id or (one.import_id, event_type) in told:
            continue
        told.add((one.import_id, event_type))
        try:
            if one.undoes:
                files = [places[sequence] for sequence in one.undoes if places.get(sequence)]
                report = {"files": files, "by": one.imported_by, "at": one.landed_at, "sequence": one.sequence}
                record_undo(store, viewer, one.import_id, report, now)
            else:
                record_import(store, viewer, one.import_id, _report(known, one), now)
        except KeyReused:
            continue
        added += 1
    return added


def _report(known: list[Landing], first: Landing) -> Mapping[str, Any]:
    """What became of one import, told by all of its landings."""
    own = [one for one in known if one.import_id == first.import_id and not one.undoes]
    return {
        "by": first.imported_by,
        "at": first.landed_at,
        "files": [_file(one) for one in own if one.sha256],
        "withdrawn": {kind: count for one in own for kind, count in one.withdrawn.items()},
    }


def _file(one: Landing) -> Mapping[str, Any]:
    return {
        "file": one.name, "sha256": one.sha256, "place": one.folder_name, "profile": one.profile,
        "rows": one.rows, "loaded": one.loaded, "rejected": one.rejected,
        "new": one.new, "changed": one.changed, "unchanged": one.unchanged, "closed": one.closed, "report_on": one.report_on,
        "sums": [
            {"column": f"{s.kind}.{s.column}", "currency": s.currency, "total": s.total, "loaded": s.loaded, "rejected": s.rejected}
            for s in one.sums
        ],
    }
