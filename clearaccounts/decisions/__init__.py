"""What people did: the append-only store of decisions, and its only writer."""

from clearaccounts.decisions.action import Action, Scene
from clearaccounts.decisions.chain import GENESIS, Actor, Event, Finding, canonical, is_blank
from clearaccounts.decisions.imports import files_on_record, imports_on_record, record_import, record_undo
from clearaccounts.decisions.moving import prove
from clearaccounts.decisions.opened import State
from clearaccounts.decisions.profiles import record_profile
from clearaccounts.decisions.reading import EventFilter, Page, as_json_lines, as_table
from clearaccounts.decisions.store import People, Store, known_by_id, open_store

__all__ = [
    "GENESIS", "Action", "Actor", "Event", "EventFilter", "Finding", "Page", "People", "Scene", "State", "Store", "as_json_lines",
    "as_table", "canonical", "files_on_record", "imports_on_record", "is_blank", "known_by_id", "open_store", "prove",
    "record_import", "record_profile",
    "record_undo",
]
