"""Which files a folder's import takes, and how one is opened; what a file is, its first bytes say."""

from __future__ import annotations

from clearaccounts.importing.reading.sources import open_source

__all__ = ["ENDINGS", "open_source"]

_TEXT = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
# What a folder's files may be called to be taken; a file given by name is judged by its content alone.
ENDINGS = (*_TEXT, *(f"{ending}.gz" for ending in _TEXT), ".xlsx", ".parquet")
