"""What a person prefers, kept from one visit to the next: ageing rules (bucket ends and basis) saved under a name.

A preference is no decision: nobody else sees it and no number depends on it, so it stands beside the two stores, one small file
for each person in the data folder's `preferences/`, named by a hash of their id. A file is replaced whole, under a lock: of two tabs
or processes that save at once neither loses what the other saved.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from clearaccounts.errors import PreferenceError
from clearaccounts.text import N_

FOLDER = "preferences"
MOST_RULES = 20
LONGEST_NAME = 40
MOST_EDGES = 12
BASES = ("due_date", "invoice_date")


@dataclass(frozen=True)
class AgeingRule:
    """Bucket ends (days overdue, growing) and the basis, under a name that is unique for its person."""

    name: str
    bucket_edges: tuple[int, ...]
    basis: str = "due_date"


def ageing_rules(data: Path, user_id: str) -> tuple[AgeingRule, ...]:
    """The person's saved rules, in the order of their names.

    Raises:
        PreferenceError: the file is there and cannot be read; the sentence names it.
    """
    return _read(_path(data, user_id))


def save_rule(data: Path, user_id: str, rule: AgeingRule) -> tuple[AgeingRule, ...]:
    """Keep a rule; one of the same name (in any letter case) is replaced. Returns all of them.

    Raises:
        PreferenceError: the name or the ends make no sense, there are too many, or the file cannot be read or written.
    """
    name = " ".join(rule.name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise PreferenceError(N_("A name has 1 to {count} characters."), count=LONGEST_NAME)
    edges = rule.bucket_edges
    if not 1 <= len(edges) <= MOST_EDGES or list(edges) != sorted(set(edges)) or edges[0] < 1 or rule.basis not in BASES:
        raise PreferenceError(
            N_("The bucket ends must be at most {count} whole numbers above 0 that grow, such as 30,60,90."), count=MOST_EDGES)
    with _changing(data, user_id) as path:
        others = [kept for kept in _read(path) if kept.name.casefold() != name.casefold()]
        if len(others) >= MOST_RULES:
            raise PreferenceError(N_("You have saved {count} already; delete one first."), count=MOST_RULES)
        return _write(path, [*others, AgeingRule(name, edges, rule.basis)])


def delete_rule(data: Path, user_id: str, name: str) -> tuple[AgeingRule, ...]:
    """Forget the rule of that name; nothing happens if there is none. Returns those that are left.

    Raises:
        PreferenceError: the file cannot be read or written.
    """
    with _changing(data, user_id) as path:
        return _write(path, [kept for kept in _read(path) if kept.name != name])


def _path(data: Path, user_id: str) -> Path:
    # An id comes from outside and is no file's name; its hash is.
    return data / FOLDER / f"{hashlib.sha256(user_id.encode()).hexdigest()}.json"


@contextmanager
def _changing(data: Path, user_id: str) -> Iterator[Path]:
    """The person's file while nobody else changes it."""
    path = _path(data, user_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield path
    except OSError as error:
        place = f"{FOLDER}/{path.name}"
        raise PreferenceError(N_("{file} cannot be written: {problem}."), file=place, problem=error.strerror or error) from None


def _read(path: Path) -> tuple[AgeingRule, ...]:
    try:
        rules = json.loads(path.read_text(encoding="utf-8"))["ageing_rules"]
        return tuple(AgeingRule(str(rule["name"]), tuple(int(edge) for edge in rule["bucket_edges"]), str(rule["basis"])) for rule in rules)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        place = f"{FOLDER}/{path.name}"
        raise PreferenceError(
            N_("{file} cannot be read ({problem}); mend it or delete it."), file=place, problem=type(error).__name__) from None


def _write(path: Path, rules: list[AgeingRule]) -> tuple[AgeingRule, ...]:
    """Replace the file whole: after a crash it holds what it held before, or all of this."""
    in_order = tuple(sorted(rules, key=lambda rule: (rule.name.casefold(), rule.name)))
    scratch = path.with_suffix(".new")
    with scratch.open("w", encoding="utf-8") as file:
        json.dump({"ageing_rules": [asdict(rule) for rule in in_order]}, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    return in_order
