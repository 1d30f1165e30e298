"""Which profile a file is read by: the canonical kinds by their header names, the formats of others by TOML.

Built-in profiles are the files of `profiles/`; a data folder may have its own in `profiles/` there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from clearaccounts.errors import FileRefused, LandingError
from clearaccounts.importing.canonical import FOREIGN_KINDS, kinds
from clearaccounts.importing.profiles.files import read_profiles
from clearaccounts.importing.profiles.language import Habits, Header, Profile, Target, Value
from clearaccounts.text import N_

__all__ = ["Profile", "broken", "known", "own_folder", "recognise"]

UNKNOWN_HEADER = N_(
    "{file}, line 1: the header is not one we know; name the columns as in the data guide, or choose a profile with --profile."
)
BROKEN = N_("{problem} Until it is mended or deleted, no file is read by it.")
FOLDER = Path(__file__).parent


def own_folder(folder: Path) -> Path:
    """Where a data folder keeps its own profiles."""
    return folder / "profiles"


def known(folder: Path | None = None) -> dict[str, Profile]:
    """Every profile by name: the canonical kinds, the built-in ones, then those of the data folder `folder` that are not broken."""
    return dict(_built_in()) if folder is None else _with_own(folder)[0]


def broken(folder: Path) -> dict[str, LandingError]:
    """The own profiles of the data folder `folder` that say something that cannot be meant, or have a name that is taken.

    By the name of their file; the error names file and key. Files of other formats have nothing to do with them.
    """
    return _with_own(folder)[1]


def _with_own(folder: Path) -> tuple[dict[str, Profile], dict[str, LandingError]]:
    found, failed = dict(_built_in()), {}
    for path in sorted(own_folder(folder).glob("*.toml")):
        try:
            own = {profile.name: profile for profile in read_profiles(path)}
            if taken := sorted(own.keys() & found.keys()):
                raise LandingError(
                    N_("Profile {file}: the name {name} is taken; give the file another one."), file=path.name, name=taken[0]
                )
        except LandingError as problem:
            failed[path.stem] = problem
        else:
            found |= own
    return found, failed


@cache
def _built_in() -> dict[str, Profile]:
    found = {
        kind.name: Profile(
            name=kind.name,
            title=kind.name.replace("_", " ").capitalize(),
            headers=tuple((c.name, Header((c.name,), is_required=c.is_required)) for c in kind.columns),
            targets=(Target(kind.name, tuple((c.name, Value(columns=(c.name,))) for c in kind.columns)),),
            habits=Habits(is_plain=True),
            is_canonical=True,
        )
        for kind in kinds().values() if kind.name not in FOREIGN_KINDS
    }
    for path in sorted(FOLDER.glob("*.toml")):
        found.update({profile.name: profile for profile in read_profiles(path)})
    return found


def recognise(file: str, header: Sequence[str], name: str | None = None, known: Mapping[str, Profile] | None = None) -> Profile:
    """The profile of a file by its header, or the one of that `name`.

    Of several that fit, the one with the most required columns, then the most known ones, is meant; a table that
    is only kept is meant when no other fits.

    Args:
        file: what people call the file.
        header: its column names.
        name: the profile that somebody chose.
        known: the profiles to choose from; the built-in ones unless given.

    Raises:
        FileRefused: none fits; names the column that is missing if the file is nearly one we know.
    """
    profiles = _built_in() if known is None else known
    if name is not None:
        if name not in profiles:
            # Nobody chooses one of the hundred tables that are only kept.
            choices = ", ".join(one.name for one in profiles.values() if not one.is_kept_only)
            raise FileRefused(N_("{file}: there is no profile {profile}; use one of {known}."), file=file, profile=name, known=choices)
        return profiles[name]
    scores = {profile.name: profile.matches(header) for profile in profiles.values()}
    # What stands inside one object of a row counts as one, however many columns JSON makes of it.
    width = len({name.partition(".")[0].casefold() for name in header})
    whole = {
        key: (required, all_known) for key, (hits, required, all_known) in scores.items()
        # A few columns that many tables have, among many others, do not make a table one that we may pass over.
        if hits == required and not (profiles[key].is_kept_only and width > 2 * required)
    }
    if useful := {key: score for key, score in whole.items() if not profiles[key].is_kept_only} or whole:
        best = max(useful.values())
        chosen = [key for key, score in useful.items() if score == best]
        if len(chosen) > 1:
            raise FileRefused(
                N_("{file}, line 1: the header fits {profiles}; say which with --profile."), file=file, profiles=", ".join(chosen)
            )
        return profiles[chosen[0]]
    # A file that has a table's own key and most of its columns is that table with a column missing: say which.
    useful_scores = {key: score for key, score in scores.items() if not profiles[key].is_kept_only}
    near = max(useful_scores, key=lambda key: (scores[key][0] / max(scores[key][1], 1), scores[key][2]), default=None)
    if near is not None:
        hits, required, _ = scores[near]
        if hits * 2 >= required and hits >= 2:
            profiles[near].bind(file, header)
    raise FileRefused(
        UNKNOWN_HEADER,
        file=file,
    )
