"""`accept-break` and `copy-decisions`: what the machine's operator does with the store of decisions itself."""

from __future__ import annotations

import hashlib
import sys
from argparse import Namespace
from dataclasses import replace

from clearaccounts.access import OPERATOR
from clearaccounts.commands.context import Context, say
from clearaccounts.commands.importing import asked
from clearaccounts.decisions import open_store
from clearaccounts.errors import Refused
from clearaccounts.settings import Decisions
from clearaccounts.text import N_

_DONE, _NOTHING_CHANGED = 0, 1


def run_accept_break(context: Context, arguments: Namespace) -> int:
    """Go on with decisions whose anchor disagrees, after a confirmation; 0 accepted, 1 nothing changed."""
    store = open_store(context.served, context.settings)
    failures = [str(finding) for finding in store.verify() if finding.is_failure]
    for sentence in failures:
        say(" ".join(sentence.split()))
    if failures and not arguments.yes:
        if not sys.stdin.isatty():
            raise Refused(N_("This would accept the decisions as they stand, for good; confirm it with --yes. Nothing was changed."))
        if not asked("Accept the decisions as they stand, for good?"):
            say("Nothing was changed.")
            return _NOTHING_CHANGED
    key = "accept:" + hashlib.sha256(repr((failures, arguments.reason, context.now)).encode()).hexdigest()
    event = store.accept_break(OPERATOR, arguments.reason, key, context.now)
    say(f"Accepted as event {event.sequence}; the old anchor is kept beside the new one, and acting is possible again.")
    return _DONE


def run_copy_decisions(context: Context, arguments: Namespace) -> int:
    """Copy the decisions into another, empty database and prove the copy against the same anchor; 0 copied."""
    count = open_store(context.own, context.settings).copy_to(arguments.url)
    moved = replace(context.settings, decisions=Decisions(arguments.url, str(context.own.anchor(context.settings))))
    failures = [finding for finding in open_store(context.own, moved).verify() if finding.is_failure]
    if failures:
        raise Refused(N_("The copy does not agree with the anchor: {problem} Go on with the database you have."), problem=str(failures[0]))
    say(f"Copied {count} events, and the anchor agrees. Set [decisions] url to the new database before anybody decides anything.")
    return _DONE
