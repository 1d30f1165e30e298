"""Decisions go into two files and back, from either database into either; what is there is never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearaccounts.decisions import EventFilter, open_store
from clearaccounts.errors import Refused, StoreBroken
from clearaccounts.settings import DataFolder, Decisions, Settings
from tests.decisions.common import BEATRIZ, note, settings_in, with_notes


def test_what_was_exported_is_what_comes_back(tmp_path: Path) -> None:
    store = with_notes(tmp_path, 5)
    events, anchor = tmp_path / "events.jsonl", tmp_path / "copy"
    assert store.export(events, anchor)[0] == 5
    store.append(BEATRIZ, note("later", "L"))  # is not of that moment
    other = open_store(DataFolder(tmp_path / "other"), Settings())
    assert other.replace_empty(events, anchor) == 5
    assert other.matching(EventFilter()) == store.matching(EventFilter())[:5]
    assert other.append(BEATRIZ, note("next", "N")).sequence == 6 and not [one for one in other.verify() if one.is_failure]


def test_it_comes_back_into_either_database(tmp_path: Path) -> None:
    source = open_store(DataFolder(tmp_path / "source"), Settings())
    source.append(BEATRIZ, note("one", "N", "Łódź \N{RIGHT-TO-LEFT OVERRIDE} 'x'"))
    source.export(tmp_path / "events", tmp_path / "copy")
    target = open_store(DataFolder(tmp_path), settings_in(tmp_path))
    assert target.replace_empty(tmp_path / "events", tmp_path / "copy") == 1
    assert target.matching(EventFilter()) == source.matching(EventFilter())


def test_decisions_are_never_written_over(tmp_path: Path) -> None:
    store = with_notes(tmp_path, 2)
    store.export(tmp_path / "events", tmp_path / "copy")
    with pytest.raises(Refused, match="anchor"):
        store.replace_empty(tmp_path / "events", tmp_path / "copy")
    url = settings_in(tmp_path).decisions.url or f"sqlite:///{tmp_path / 'decisions.sqlite'}"
    elsewhere = Settings(decisions=Decisions(url, str(tmp_path / "new")))
    with pytest.raises((Refused, StoreBroken)):
        open_store(DataFolder(tmp_path), elsewhere).replace_empty(tmp_path / "events", tmp_path / "copy")
    assert len(store.matching(EventFilter())) == 2


def test_a_new_store_is_exported_too(tmp_path: Path) -> None:
    assert with_notes(tmp_path, 0).export(tmp_path / "events", tmp_path / "copy") == (0, "0" * 64)
    assert open_store(DataFolder(tmp_path / "other"), Settings()).replace_empty(tmp_path / "events", tmp_path / "copy") == 0
