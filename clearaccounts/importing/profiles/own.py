"""The profiles that people of this partner made: TOML files in the data folder's `profiles`, beside the built-in ones.

A landing keeps its typed rows: deleting a profile changes nothing that was imported by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli_w

from clearaccounts.errors import LandingError
from clearaccounts.importing import files, profiles
from clearaccounts.importing.profiles import Profile, own_folder
from clearaccounts.importing.profiles.files import read_profiles
from clearaccounts.importing.profiles.tables import is_name
from clearaccounts.settings import DataFolder
from clearaccounts.text import N_

NAME_CHARACTERS = 60


def safe_name(title: str) -> str:
    """A name for a file and a command, made of what people call it: `Ventas 2026 (Sage)` -> `ventas_2026_sage`; may be empty."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(c))
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return (f"own_{name}" if name[:1].isdigit() else name)[:NAME_CHARACTERS].rstrip("_")


def text_of(document: Mapping[str, Any]) -> str:
    """A profile as TOML."""
    return tomli_w.dumps(document)


def as_profile(document: Mapping[str, Any], name: str = "unsaved") -> Profile:
    """The profile that `document` would be when saved.

    Raises:
        LandingError: it says something that cannot be meant; names the key.
    """
    with TemporaryDirectory(prefix="clearaccounts-profile-") as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text(text_of(document), encoding="utf-8")
        return read_profiles(path)[0]


def path_of(folder: DataFolder, name: str) -> Path:
    """Where the own profile of that name stands, or would stand.

    Raises:
        LandingError: this can be no profile's name, or a built-in profile has it.
    """
    if not is_name(name):
        raise LandingError(N_("A profile's name begins with a small letter and has small letters, digits and _ alone, 61 at most."))
    if name in profiles.known():
        raise LandingError(N_("The name {name} belongs to a profile that is built in; choose another one."), name=name)
    return own_folder(folder.path) / f"{name}.toml"


def names(folder: DataFolder) -> list[str]:
    """The names of the own profiles of `folder`, those among them that cannot be read too."""
    return sorted(path.stem for path in own_folder(folder.path).glob("*.toml") if path.is_file())


def read_text(folder: DataFolder, name: str) -> str:
    """An own profile's TOML, as it stands.

    Raises:
        LandingError: there is none of that name.
    """
    try:
        return path_of(folder, name).read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        raise LandingError(N_("There is no own profile {name}; somebody may have deleted it."), name=name) from None


def save(folder: DataFolder, name: str, document: Mapping[str, Any], *, replace: bool = False) -> Path:
    """Keep a profile under `name`, whole or not at all.

    Args:
        folder: the partner's own data folder.
        name: small letters, digits and _.
        document: as `mapping.document` gives it.
        replace: whether one of that name may be replaced.

    Raises:
        LandingError: the name cannot be used, one of that name is there already, or the profile cannot be meant.
    """
    path = path_of(folder, name)
    if path.exists() and not replace:
        raise LandingError(N_("There is a profile {name} already; replace it, or choose another name."), name=name)
    as_profile(document, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_text(path, text_of(document))
    return path


def delete(folder: DataFolder, name: str) -> None:
    """Take an own profile away; what was imported by it stays.

    Raises:
        LandingError: there is none of that name.
    """
    path = path_of(folder, name)
    try:
        path.unlink()
    except FileNotFoundError:
        raise LandingError(N_("There is no own profile {name}; somebody may have deleted it."), name=name) from None
    files.sync(path.parent)
