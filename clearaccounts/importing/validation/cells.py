"""A file's records -> the cells that a profile names, and the entries of its lists, as tables of DuckDB.

`cells` has one row per record: `line` and `h_<handle>` for each column that is bound. `list_<name>` has one row per
entry: `line`, `entry` (from 1) and `e_<field>`. JSON within a cell is read by Python, where a number stays the text that
it was: a database would make it a binary one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb
import pyarrow as pa

from clearaccounts.importing.profiles.language import Entries, Profile, Target, path_within
from clearaccounts.importing.validation.blanks import has_bare_ends
from clearaccounts.importing.validation.expressions import cell, literal

_PROBLEMS = pa.schema([("line", pa.int64()), ("name", pa.string()), ("text", pa.string())])


class Cells:
    """The cells of one file; `positions` are the bound columns by handle."""

    def __init__(self, profile: Profile, header: Sequence[str], positions: Mapping[str, int]) -> None:
        self._profile = profile
        self._header = header
        self._positions = positions
        self._lists = dict(profile.lists)

    def fill(self, connection: duckdb.DuckDBPyConnection, records: pa.Table) -> None:
        """Make `cells`, each `list_<name>`, and `cell_problems (line, name, text)`: cells whose JSON cannot be read.

        Args:
            connection: gets the tables.
            records: `line` and a text column `c<position>` for each position that the profile wants.
        """
        problems: list[dict[str, Any]] = []
        connection.register("source", self._opened(records, problems))
        bare = self._bare(records)
        columns = "".join(f", {cell(f'c_{h}', self._profile.habits, is_bare=h in bare)} as h_{h}" for h in self._positions)
        named = "".join(f", c{p} as c_{h}" for h, p in self._positions.items() if not self._path(h))
        opened = "".join(f", c_{h}" for h in self._positions if self._path(h))
        # What is read once need not be kept.
        kept = "view" if len(self._profile.targets) == 1 and not self._lists else "table"
        connection.execute(f"create or replace temp {kept} cells as select line{columns} from (select line{named}{opened} from source)")
        for name, entries in self._lists.items():
            if entries.headers:
                self._fill_from_columns(connection, name, entries)
            else:
                self._fill_from_cells(connection, name, entries, problems)
        connection.register("found_problems", pa.Table.from_pylist(problems, _PROBLEMS))
        connection.execute("create or replace temp table cell_problems as from found_problems")
        connection.unregister("found_problems")

    def _bare(self, records: pa.Table) -> set[str]:
        """The handles of the columns in which nothing needs to be trimmed."""
        handles = [handle for handle in self._positions if not self._path(handle)]
        with ThreadPoolExecutor(max_workers=2) as pool:
            are_bare = pool.map(has_bare_ends, [records[f"c{self._positions[handle]}"] for handle in handles])
            return {handle for handle, is_bare in zip(handles, are_bare, strict=True) if is_bare}

    def names(self, target: Target) -> dict[str, str]:
        """The SQL names of the cells that a target may read, by handle."""
        own = {f"{target.each}.{field}": f"e_{field}" for field in self._lists[target.each].names} if target.each else {}
        return {**{handle: f"h_{handle}" for handle in self._positions}, **own}

    def rows(self, target: Target) -> str:
        """The table that a target is made from: the cells, or one row per entry of its list; with `entry` and `line`."""
        if target.each:
            return f"(from cells join list_{target.each} using (line))"
        return "(select *, 1 as entry from cells)"

    def column(self, handle: str, entry: int) -> str:
        """What people call the column of a handle: the header, or the path within a list's objects."""
        if handle in self._positions:
            return self._header[self._positions[handle]].strip()
        list_name, _, field = handle.partition(".")
        entries = self._lists.get(list_name)
        if entries is None:
            return ""
        if entries.headers:
            return self._header[entries.positions(self._header)[entry - 1]].strip()
        return dict(entries.fields).get(field, ("",))[0]

    def _path(self, handle: str) -> tuple[str, ...]:
        return path_within(self._header[self._positions[handle]], dict(self._profile.headers)[handle])

    def _opened(self, records: pa.Table, problems: list[dict[str, Any]]) -> pa.Table:
        """The records with a column `c_<handle>` for each that stands inside the objects of a cell."""
        inside = {handle: position for handle, position in self._positions.items() if self._path(handle)}
        for position in sorted(set(inside.values())):
            handles = [handle for handle, other in inside.items() if other == position]
            texts: dict[str, list[str | None]] = {handle: [] for handle in handles}
            for line, text in _texts(records, f"c{position}"):
                found = self._objects(text)
                if found is None or len(found) > 1:
                    problems.append({"line": line, "name": self._header[position].strip(), "text": text})
                for handle in handles:
                    texts[handle].append(_at(found[0], self._path(handle)) if found else None)
            for handle in handles:
                records = records.append_column(f"c_{handle}", pa.array(texts[handle], pa.string()))
        return records

    def _fill_from_cells(
        self, connection: duckdb.DuckDBPyConnection, name: str, entries: Entries, problems: list[dict[str, Any]]
    ) -> None:
        rows: dict[str, list[Any]] = {"line": [], "entry": [], **{f"c_{field}": [] for field in entries.names}}
        if entries.column in self._positions:
            told = connection.sql(f"select line, h_{entries.column} as text from cells").to_arrow_table()
            for line, text in _texts(told, "text"):
                found = self._objects(text)
                if found is None:
                    problems.append({"line": line, "name": self.column(entries.column, 1), "text": text})
                for number, one in enumerate(found or [], start=1):
                    rows["line"].append(line)
                    rows["entry"].append(number)
                    for field, paths in entries.fields:
                        rows[f"c_{field}"].append(_at(one, tuple(path.casefold() for path in paths)))
        schema = pa.schema([("line", pa.int64()), ("entry", pa.int64()), *((f"c_{field}", pa.string()) for field in entries.names)])
        connection.register("entries", pa.table(rows, schema))
        fields = "".join(f", {cell(f'c_{field}', self._profile.habits)} as e_{field}" for field in entries.names)
        connection.execute(f"create or replace temp table list_{name} as select line, entry{fields} from entries")
        connection.unregister("entries")

    def _fill_from_columns(self, connection: duckdb.DuckDBPyConnection, name: str, entries: Entries) -> None:
        union = " union all ".join(
            f"select line, {number} as entry, {literal(self._header[p].strip())} as e_name,"
            f" {cell(f'c{p}', self._profile.habits)} as e_value from source"
            for number, p in enumerate(entries.positions(self._header), start=1)
        )
        # An empty cell is no entry: a rate that was not set that day is none.
        connection.execute(f"create or replace temp table list_{name} as from ({union}) where e_value is not null")

    def _objects(self, text: str | None) -> list[dict[str, Any]] | None:
        """The objects that a cell holds; None if it does not hold objects."""
        if text is None or not text.strip() or text.strip() in self._profile.habits.null:
            return []
        try:
            content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError):
            return None
        listed = content if isinstance(content, list) else [] if content is None else [content]
        return listed if all(isinstance(one, dict) for one in listed) else None


def _texts(table: pa.Table, column: str) -> list[tuple[int, str | None]]:
    return list(zip(table["line"].to_pylist(), table[column].to_pylist(), strict=True))


def _at(content: dict[str, Any], paths: Sequence[str]) -> str | None:
    """The text at the first of `paths` (small letters) that leads somewhere."""
    for path in paths:
        found = _descend(content, path)
        if found is not None:
            return found
    return None


def _descend(content: Any, path: str) -> str | None:
    for name in path.split("."):
        if isinstance(content, list) and name.isdecimal():
            # A number in a path is a place in a list, from 0.
            content = content[int(name)] if int(name) < len(content) else None
            continue
        if not isinstance(content, dict):
            return None
        content = next((value for key, value in content.items() if key.casefold() == name), None)
    match content:
        case None:
            return None
        case str():
            return content
        case bool():
            return "true" if content else "false"
        case _:
            return json.dumps(content, ensure_ascii=False)
