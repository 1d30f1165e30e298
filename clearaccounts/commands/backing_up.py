"""`backup`, `restore` and `drill`."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from pathlib import Path

from clearaccounts.backups import drilling, making, manifest, restoring
from clearaccounts.backups.drilling import Drill
from clearaccounts.commands.context import Context, say

_DONE, _LOST = 0, 4
_SHOWN = 20
_MEGABYTE = 1_000_000


def run_backup(context: Context, arguments: Namespace) -> int:
    """Make a backup of the data folder while the server runs; 0 made, 1 not, and nothing is left of it."""
    made = making.make(context.own, context.settings, context.config, Path(arguments.folder), context.now)
    say(f"{made.path}: {_size(made.manifest)}; {_events(made.manifest)}.")
    return _DONE


def run_restore(context: Context, arguments: Namespace) -> int:
    """Restore a backup into an empty data folder; 0 restored, 1 not."""
    backup = manifest.newest(Path(arguments.folder))
    found = restoring.restore(backup, context.own, context.settings, context.now)
    say(f"{backup.name}, made at {found.made_at:%Y-%m-%d %H:%M} UTC, restored into {context.own.path}: {_size(found)}; {_events(found)}.")
    say(f"The settings of then are in {backup / 'settings'}; they were not put anywhere. `verify` says whether all is well.")
    return _DONE


def run_drill(context: Context, arguments: Namespace) -> int:
    """Restore a backup into a scratch folder and say what would be lost; 0 nothing, 4 something, 1 it cannot be restored."""
    done = drilling.drill(manifest.newest(Path(arguments.folder)), context.own, context.settings, context.now)
    say(f"Backup: {done.backup.name}, {_age(done.age)} old, {_size(done.manifest)}; every file is as it was written.")
    say(f"Restored in {done.seconds:.1f} s: {_events(done.manifest)}, and the warehouse is built.")
    if not done.has_live:
        say(f"There is no data folder {context.own.path} to compare with.")
        return _DONE
    say(f"Decisions that would be lost: {_lost_events(done)}.")
    say(f"Files that would be lost: {_lost_files(done)}.")
    say(f"Control totals: {_totals(done)}.")
    return _DONE if done.is_nothing_lost else _LOST


def _lost_events(done: Drill) -> str:
    if done.strange_events:
        first, last = done.strange_events
        return f"unknown: events {first} to {last} of the backup are not those of the live decisions"
    if done.lost_events is None:
        return "nothing"
    first, last = done.lost_events
    return f"event {first}" if first == last else f"events {first} to {last}, {last - first + 1} in all"


def _lost_files(done: Drill) -> str:
    listed = done.lost_files[:_SHOWN]
    more = len(done.lost_files) - len(listed)
    return (", ".join(listed) + (f" and {more:,} more" if more else "")) or "nothing"


def _totals(done: Drill) -> str:
    if done.totals is None:
        return "none, since nothing has been imported"
    count = len(done.totals.different)
    if not count:
        return f"equal, of {done.totals.count:,} customers and currencies"
    listed = ", ".join(f"{customer} {currency}" for customer, currency in done.totals.different[:_SHOWN])
    return f"{count:,} of {done.totals.count:,} differ: {listed}" + (f" and {count - _SHOWN:,} more" if count > _SHOWN else "")


def _size(found: manifest.Manifest) -> str:
    return f"{len(found.files):,} files, {found.size / _MEGABYTE:,.1f} MB"


def _events(found: manifest.Manifest) -> str:
    if not found.sequence:
        return "no decision has been recorded yet"
    return f"events 1 to {found.sequence:,} are whole and their anchor agrees"


def _age(age: timedelta) -> str:
    minutes = age // timedelta(minutes=1)
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
