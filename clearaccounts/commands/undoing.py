"""`undo`: take the last import back."""

from __future__ import annotations

import sys
from argparse import Namespace

from clearaccounts.access import OPERATOR
from clearaccounts.commands.context import Context, say, warn
from clearaccounts.commands.importing import NOTHING_LANDED, asked, record
from clearaccounts.commands.stopping import stoppable
from clearaccounts.errors import LandingError
from clearaccounts.importing import publish
from clearaccounts.text import N_


def run_undo(context: Context, arguments: Namespace) -> int:
    """Take the last import back after a confirmation; 0 undone, 1 nothing changed or the numbers could not be built."""
    last = publish.last_import(context.own)
    if last is None:
        raise LandingError(N_("There is no import in {folder} to undo."), folder=context.own.path.name)
    what = _in_words(context, last)
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise LandingError(N_("This would undo {what}; confirm it with --yes. Nothing was changed."), what=what)
        if not asked(f"Undo {what}?"):
            say("Nothing was changed.")
            return NOTHING_LANDED
    with stoppable() as stopped:
        done = publish.undo(context.own, context.settings, context.now, OPERATOR.user_id, last.import_id, cancelled=stopped)
        record(context)
    if done.build_problem is not None:
        warn(f"{done.build_problem} The import is undone; the previous numbers are still shown.")
        return NOTHING_LANDED
    nothing_left = "nothing else has landed, so the sample partner is served"
    say(f"Undone: {what}; {f'the numbers are those as of {done.build.as_of_on}' if done.build else nothing_left}.")
    return 0


def _in_words(context: Context, last: publish.LastImport) -> str:
    day = last.landed_at.astimezone(context.settings.company.zone).date()
    who = f" by {last.imported_by}" if last.imported_by else ""
    return f"the import of {', '.join(last.files)} of {day}{who}"
