"""TOML -> profiles; whatever cannot be meant is refused in one sentence that names the file and the key.

People write profiles of their own, and their names end up in SQL: so every name is checked by its letters.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from string import Formatter

from clearaccounts.errors import LandingError
from clearaccounts.importing.canonical import NUMBER_FORMS, Column, Kind, kinds
from clearaccounts.importing.profiles.habits import read_habits
from clearaccounts.importing.profiles.language import Condition, Entries, Header, Profile, Report, Target, Value
from clearaccounts.importing.profiles.tables import Section, is_name, is_pattern
from clearaccounts.text import N_

_SOURCES = ("column", "columns", "constant", "template")
_SHAPES = ("minus", "negated", "absolute", "inverted", "day", "not_zero", "item")
_TESTS = ("is", "is_not", "given", "is_above", "is_below", "same_as", "not_same_as")
_NAME_CHARACTERS = 61
_DECIMAL = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,18})?")


def read_profiles(path: Path) -> list[Profile]:
    """Read one TOML file: a profile, or one for each table that is only kept.

    Raises:
        LandingError: it holds what cannot be meant; names the file and the key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        problem = str(error).splitlines()[0] if str(error) else "it cannot be read"
        raise LandingError(N_("Profile {file}: {problem}."), file=path.name, problem=problem) from None
    section = Section(path.name, "", raw)
    if not is_name(path.stem):
        raise section.refuse(_NO_NAME, name=path.stem)
    section.allow({"title", "source", "is_proven", "habits", "columns", "lists", "targets", "kept", "report"})
    return _kept(path.stem, section) if "kept" in raw else [_profile(path.stem, section)]


_NO_NAME = N_("Profile {file}: {name} is no name; use small letters, digits and _, beginning with a letter, at most 61 of them.")
_NOT_NAMED = N_("Profile {file}: {key} reads {handle}, which neither columns nor lists name.")


def _kept(name: str, section: Section) -> list[Profile]:
    for key in ("columns", "lists", "habits", "report"):
        if section.has(key):
            raise section.refuse(N_("Profile {file}: kept tables have no {key}."), key=key)
    if section.has("targets") and section.tables("targets"):
        raise section.refuse(N_("Profile {file}: kept tables have no {key}."), key="targets")
    profiles: dict[str, Profile] = {}
    for table in section.tables("kept"):
        table.allow({"title", "columns"})
        title = table.text("title")
        own = _kept_name(name, title)
        if own in profiles:
            raise table.refuse(N_("Profile {file}: {key} is the title of two tables; give one of them another."), key=table.path("title"))
        columns = table.texts("columns")
        if not columns:
            raise table.refuse(N_("Profile {file}: {key} is missing."), key=table.path("columns"))
        profiles[own] = Profile(
            name=own, title=title, source=section.text("source", ""), is_proven=section.flag("is_proven"),
            headers=tuple((f"column_{number}", Header((column,))) for number, column in enumerate(columns)), targets=(),
        )
    return list(profiles.values())


def _kept_name(file: str, title: str) -> str:
    """A name that people can type: the file's, then the title less the words that both begin with; at most 61 characters, whole words."""
    words = re.findall(r"[a-z0-9]+", title.casefold().replace("'", ""))
    added = list(words)
    for said in file.split("_"):
        if added[:1] != [said]:
            break
        del added[0]
    while len("_".join([file, *added])) > _NAME_CHARACTERS:
        added.pop()
    return "_".join([file, *added])


def _profile(name: str, section: Section) -> Profile:
    lists = _lists(section)
    headers = tuple(_headers(section))
    handles = {handle for handle, _ in headers}
    for list_name, entries in lists:
        if entries.column and entries.column not in handles:
            raise section.refuse(_NOT_NAMED, key=f"lists.{list_name}.column", handle=entries.column)
    if not headers and not any(entries.headers for _, entries in lists):
        raise section.refuse(N_("Profile {file}: {key} is missing."), key="columns")
    targets = tuple(_target(table, handles, dict(lists)) for table in section.tables("targets"))
    if not targets:
        raise section.refuse(N_("Profile {file}: {key} is missing."), key="targets")
    return Profile(
        name=name, title=section.text("title"), source=section.text("source", ""), is_proven=section.flag("is_proven"),
        headers=headers, targets=targets, habits=read_habits(section), lists=lists, report=_report(section, handles, targets),
    )


def _headers(section: Section) -> list[tuple[str, Header]]:
    columns = section.table("columns")
    found = []
    for handle in columns.names():
        if not is_name(handle):
            raise columns.refuse(_NO_NAME, name=handle)
        if not columns.is_table(handle):
            found.append((handle, Header(columns.texts(handle))))
            continue
        content = columns.table(handle)
        content.allow({"names", "occurrence", "required", "repeated"})
        header = Header(content.texts("names"), content.whole("occurrence", 1), content.flag("required", True), content.flag("repeated"))
        found.append((handle, header))
    for handle, header in found:
        if not header.names or not all(name.strip() for name in header.names):
            raise columns.refuse(N_("Profile {file}: {key} is missing."), key=columns.path(handle))
    return found


def _lists(section: Section) -> tuple[tuple[str, Entries], ...]:
    lists = section.table("lists")
    found = []
    for name in lists.names():
        content = lists.table(name)
        if not is_name(name):
            raise lists.refuse(_NO_NAME, name=name)
        content.allow({"column", "fields", "headers", "whole"})
        if content.has("headers"):
            if content.has("column") or content.has("fields"):
                raise content.refuse(N_("Profile {file}: {key} is either headers, or column and fields."), key=lists.path(name))
            pattern = content.text("headers")
            if not is_pattern(pattern):
                raise content.refuse(N_("Profile {file}: {key} is no pattern that can be searched for."), key=content.path("headers"))
            found.append((name, Entries(headers=pattern)))
            continue
        fields = content.table("fields")
        for field in fields.names():
            if not is_name(field):
                raise fields.refuse(_NO_NAME, name=field)
        paths = tuple((field, fields.texts(field)) for field in fields.names())
        if not paths or not all(paths_ and all(paths_) for _, paths_ in paths):
            raise content.refuse(N_("Profile {file}: {key} is missing."), key=content.path("fields"))
        found.append((name, Entries(column=content.text("column"), fields=paths, is_whole=content.flag("whole"))))
    return tuple(found)


def _report(section: Section, handles: Collection[str], targets: Sequence[Target]) -> Report | None:
    if not section.has("report"):
        return None
    content = section.table("report")
    content.allow({"day", "closes"})
    report = Report(content.text("day"), content.texts("closes"))
    if report.day not in handles:
        raise content.refuse(_NOT_NAMED, key="report.day", handle=report.day)
    content.choose("closes", report.closes, {target.kind for target in targets})
    return report


def _target(section: Section, handles: Collection[str], lists: dict[str, Entries]) -> Target:
    section.allow({"kind", "each", "when", "repeated", "order_by", "columns"})
    name, each, repeated = section.text("kind"), section.text("each", ""), section.text("repeated", "same")
    section.choose("kind", (name,), kinds())
    section.choose("repeated", (repeated,), ("same", "last"))
    if each:
        section.choose("each", (each,), lists)
        handles = {*handles, *(f"{each}.{field}" for field in lists[each].names)}
    kind, columns = kinds()[name], section.table("columns")
    values = []
    for column in columns.names():
        if not kind.has(column):
            raise columns.refuse(N_("Profile {file}: {kind} has no column {column}."), kind=name, column=column)
        values.append((column, _value(columns, kind.column(column), handles)))
    _check_required(section, kind, dict(values))
    order_by = section.text("order_by", "")
    if order_by and order_by not in handles:
        raise section.refuse(_NOT_NAMED, key=section.path("order_by"), handle=order_by)
    conditions = tuple(_condition(table, handles) for table in section.tables("when"))
    return Target(name, tuple(values), conditions, repeated, order_by, each)


def _check_required(section: Section, kind: Kind, values: dict[str, Value]) -> None:
    for column in kind.required:
        if column not in values and kind.column(column).default is None:
            raise section.refuse(N_("Profile {file}: {kind} needs {column}."), kind=kind.name, column=column)


def _value(columns: Section, column: Column, handles: Collection[str]) -> Value:
    if columns.is_text(column.name):
        value = Value(columns=(columns.text(column.name),))
        _check_handles(columns, columns.path(column.name), value, handles)
        return value
    content = columns.table(column.name)
    content.allow({*_SOURCES, *_SHAPES, "without_prefix", "words", "otherwise", "default", "when"})
    if sum(content.has(key) for key in _SOURCES) != 1:
        raise content.refuse(
            N_("Profile {file}: {key} needs one of column, columns, constant and template."), key=columns.path(column.name)
        )
    words = content.table("words")
    value = Value(
        columns=content.texts("columns" if content.has("columns") else "column", ()),
        constant=content.text("constant", ""),
        template=_template(content),
        without_prefix=content.text("without_prefix", ""),
        words=tuple((word, words.text(word)) for word in words.names()),
        otherwise=content.text("otherwise", ""),
        default=content.text("default", ""),
        minus=content.text("minus", ""),
        is_negated=content.flag("negated"),
        is_absolute=content.flag("absolute"),
        is_inverted=content.flag("inverted"),
        is_day=content.flag("day"),
        is_not_zero=content.flag("not_zero"),
        item=content.whole("item", 1) if content.has("item") else 0,
        when=tuple(_condition(table, handles) for table in content.tables("when")),
    )
    _check_shape(content, column, value)
    _check_handles(content, columns.path(column.name), value, handles)
    return value


def _template(content: Section) -> str:
    template = content.text("template", "")
    try:
        pieces = list(Formatter().parse(template))
    except ValueError:
        pieces = [("", "", "", "")]
    # Doubled braces, formats and conversions mean nothing here.
    if any(name is not None and (not name or spec or conversion) for _, name, spec, conversion in pieces) or "{{" in template:
        raise content.refuse(N_('Profile {file}: {key} must be text with names such as "{{invoice}}" in it.'), key=content.path("template"))
    return template


def _check_shape(content: Section, column: Column, value: Value) -> None:
    needs = [
        (value.is_day, "day", column.form == "date", N_("Profile {file}: {key} is only for a day, and {column} is none.")),
        (value.is_inverted, "inverted", column.form == "rate", N_("Profile {file}: {key} is only for a rate, and {column} is none.")),
    ]
    number = N_("Profile {file}: {key} is only for a number, and {column} is none.")
    needs += [
        (is_asked, key, column.form in NUMBER_FORMS, number)
        for is_asked, key in (
            (bool(value.minus), "minus"), (value.is_negated, "negated"), (value.is_absolute, "absolute"), (value.is_not_zero, "not_zero")
        )
    ]
    for is_asked, key, fits, template in needs:
        if is_asked and not (fits and value.columns):
            raise content.refuse(template, key=content.path(key), column=column.name)


def _check_handles(section: Section, key: str, value: Value, handles: Collection[str]) -> None:
    if not (value.columns or value.constant or value.template):
        raise section.refuse(N_("Profile {file}: {key} is missing."), key=key)
    for handle in value.handles:
        if handle not in handles:
            raise section.refuse(_NOT_NAMED, key=key, handle=handle)


def _condition(content: Section, handles: Collection[str]) -> Condition:
    content.allow({"column", *_TESTS})
    column = content.text("column")
    if column not in handles:
        raise content.refuse(_NOT_NAMED, key=content.path("column"), handle=column)
    given = [test for test in _TESTS if content.has(test)]
    if len(given) != 1:
        raise content.refuse(N_("Profile {file}: {key} needs one of {choices}."), key=content.path("when"), choices=", ".join(_TESTS))
    test = given[0]
    if test == "given":
        return Condition(column, "given" if content.flag("given") else "empty")
    values = content.texts(test) if test in {"is", "is_not"} else (content.text(test),)
    if test in {"same_as", "not_same_as"} and values[0] not in handles:
        raise content.refuse(_NOT_NAMED, key=content.path(test), handle=values[0])
    if test in {"is_above", "is_below"} and not _DECIMAL.fullmatch(values[0]):
        raise content.refuse(N_('Profile {file}: {key} must be a number such as "0.50".'), key=content.path(test))
    return Condition(column, test, values)
