"""`profiles` and `profiles check`: which formats there are, and what a file would be read as and become."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clearaccounts.commands.context import Context, say, warn, warn_of_broken_profiles
from clearaccounts.commands.importing import ALL_IN, NOTHING_LANDED, REJECTS_SHOWN, SOME_REJECTED, refusal, sum_in_words
from clearaccounts.errors import BadParameter, LandingError
from clearaccounts.importing import publish
from clearaccounts.importing.profiles import broken, known
from clearaccounts.importing.profiles.language import Profile
from clearaccounts.text import N_


def run_profiles(context: Context, arguments: Namespace) -> int:
    """List every profile, or check what files would be read as; 0 all rows would land, 3 some would not, 1 a file would be refused."""
    if arguments.action == "check":
        if not arguments.paths:
            raise BadParameter(N_("Say which file to check: profiles check FILE."))
        return _check(context, arguments)
    found, unusable = known(context.own.path), broken(context.own.path)
    built_in = known()
    if arguments.format == "json":
        listed = [_as_object(one, is_own=name not in built_in) for name, one in found.items()]
        listed += [_as_broken(name, problem) for name, problem in unusable.items()]
        say(json.dumps(listed, ensure_ascii=False, indent=1))
        return 0
    width = max(map(len, found))
    for name, one in found.items():
        own = "" if name in built_in else "; your own"
        say(f"{name.ljust(width)}  {one.title} ({_proof(one)}{own})")
        say(f"{' ' * width}  makes {', '.join(_kinds(one)) or 'nothing: its rows are only kept'}")
    for name, problem in unusable.items():
        say(f"{name.ljust(width)}  broken; your own")
        say(f"{' ' * width}  {problem}")
    return 0


def _kinds(profile: Profile) -> list[str]:
    return list(dict.fromkeys(target.kind for target in profile.targets))


def _proof(profile: Profile) -> str:
    if profile.is_canonical:
        return "our own format"
    source = profile.source or "the profile itself"
    return f"proven with {source}" if profile.is_proven else f"unproven: no real file was to be had, its columns are from {source}"


def _as_object(profile: Profile, is_own: bool) -> dict[str, Any]:
    return {
        "name": profile.name, "title": profile.title, "is_proven": profile.is_proven, "source": profile.source,
        "kinds": _kinds(profile), "is_canonical": profile.is_canonical, "is_own": is_own, "is_kept_only": profile.is_kept_only,
        "required_columns": list(profile.required), "broken_reason": None,
    }


def _as_broken(name: str, problem: LandingError) -> dict[str, Any]:
    return {
        "name": name, "title": None, "is_proven": False, "source": None, "kinds": [], "is_canonical": False, "is_own": True,
        "is_kept_only": False, "required_columns": [], "broken_reason": str(problem),
    }


def _check(context: Context, arguments: Namespace) -> int:
    warn_of_broken_profiles(context)
    previews = publish.preview(
        context.own, context.settings, [Path(path) for path in arguments.paths], context.now, arguments.profile,
        date_order=arguments.date_order,
    )
    for one in previews:
        if arguments.format == "json":
            say(json.dumps(_told(one), ensure_ascii=False))
        else:
            _print(one, known(context.own.path).get(one.profile))
    if any(one.refused is not None for one in previews):
        return NOTHING_LANDED
    return SOME_REJECTED if any(one.rejected for one in previews) else ALL_IN


def _print(one: publish.Preview, profile: Profile | None) -> None:
    if profile is not None:
        say(f"{one.file} would be read as {one.profile}: {one.title} ({_proof(profile)})")
    if one.columns:
        say("  read: " + ", ".join(header if header == handle else f"{header} (as {handle})" for handle, header in one.columns))
    if one.passed_over:
        say("  kept and not read: " + ", ".join(one.passed_over))
    if one.refused is not None:
        warn(refusal(one.refused))
        return
    if one.first_landed_at is not None:
        say(f"  this very file landed on {one.first_landed_at.date()}; importing it again would change nothing")
    say(
        f"  {one.rows:,} rows = {one.loaded:,} loaded + {one.rejected:,} rejected;"
        f" {one.new:,} new, {one.changed:,} changed, {one.unchanged:,} unchanged"
    )
    if one.things:
        say("  would become " + ", ".join(f"{count:,} {kind}" for kind, count in one.things.items()))
    for total in one.sums:
        say("  " + sum_in_words(total))
    for kind, count in one.closed.items():
        say(f"  {count:,} {kind} would be closed as of {one.report_on}")
    for template, values in one.notes:
        say("  " + template.format(**values))
    for question in one.questions:
        say(f"  would wait for a person: {question}")
    for reject in one.rejects[:REJECTS_SHOWN]:
        column = f", column {reject.column}" if reject.column else ""
        warn(f"{one.file}, line {reject.line}{column}: {reject.reason}")
    if one.rejected > REJECTS_SHOWN:
        warn(f"{one.file}: {one.rejected - REJECTS_SHOWN:,} more rows would be rejected.")


def _told(one: publish.Preview) -> dict[str, Any]:
    return {
        "file": one.file, "profile": one.profile or None, "title": one.title, "is_proven": one.is_proven, "source": one.source,
        "columns": [{"column": handle, "header": header} for handle, header in one.columns], "passed_over": list(one.passed_over),
        "rows": one.rows, "loaded": one.loaded, "rejected": one.rejected, "new": one.new, "changed": one.changed,
        "unchanged": one.unchanged, "closed": one.closed, "becomes": one.things,
        "sums": [{**asdict(s), "total": f"{s.total:f}", "loaded": f"{s.loaded:f}", "rejected": f"{s.rejected:f}"} for s in one.sums],
        "notes": [template.format(**values) for template, values in one.notes], "questions": [str(question) for question in one.questions],
        "refused_reason": refusal(one.refused) if one.refused else None,
        "rejects": [{"line": r.line, "column": r.column, "reason": r.reason, "raw": r.raw} for r in one.rejects],
    }
