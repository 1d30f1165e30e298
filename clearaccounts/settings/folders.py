"""Where things are: the program and what comes with it, and a partner's data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from clearaccounts.settings.sections import Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLE_SOURCE = ROOT / "sample_data"
SAMPLE_FOLDER = "data-sample"
SAMPLE_POLICY = ROOT / "policy" / "standard.toml"
SUPPORT_RULES = ROOT / "policy" / "support.toml"
# What the folder of a record that takes an import back is called, before its number.
UNDO = "undo-"


@dataclass(frozen=True)
class DataFolder:
    """Where one partner's landings, warehouses and decisions live.

    `landing/` and `decisions.sqlite` are the truth; `warehouse/` can be rebuilt at any time.
    """

    path: Path
    is_sample: bool = False

    @property
    def landing(self) -> Path:
        """Landed files, one folder per SHA-256."""
        return self.path / "landing"

    @property
    def arriving(self) -> Path:
        """The files of one import that is decided and not quite put away; whoever takes the lock next puts them into `landing/`."""
        return self.path / "arriving"

    @property
    def warehouse(self) -> Path:
        """Built warehouses and the pointer to the current one."""
        return self.path / "warehouse"

    @property
    def lock(self) -> Path:
        """Held by the one import or build that may run."""
        return self.path / "import.lock"

    def decisions_url(self, settings: Settings) -> str:
        """SQLAlchemy address of the decisions store."""
        return settings.decisions.url or f"sqlite:///{self.path / 'decisions.sqlite'}"

    def anchor(self, settings: Settings) -> Path:
        """The anchor file, outside the decisions database."""
        return Path(settings.decisions.anchor) if settings.decisions.anchor else self.path / "decisions.anchor"

    @property
    def is_empty(self) -> bool:
        """True while nothing has been landed here, or all of it has been undone."""
        if self.arriving.is_dir() or not self.landing.is_dir():
            return not self.arriving.is_dir()
        names = {path.name for path in self.landing.iterdir()}
        undos = {name for name in names if name.startswith(UNDO)}
        undone = {place for name in undos for place in _undone_places(self.landing / name)}
        return names <= undos | undone


def _undone_places(undo: Path) -> list[str]:
    try:
        places: list[str] = json.loads((undo / "landing.json").read_text(encoding="utf-8"))["undone_places"]
        return places
    except (OSError, ValueError, KeyError):
        return []


def served_folder(data: Path) -> DataFolder:
    """The folder that the dashboard serves: `data`, or the sample beside it while `data` is empty."""
    folder = DataFolder(data)
    return DataFolder(data.parent / SAMPLE_FOLDER, is_sample=True) if folder.is_empty else folder
