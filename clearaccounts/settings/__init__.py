"""clearaccounts.toml as frozen dataclasses, and where a partner's data is."""

from clearaccounts.settings.folders import (
    ROOT,
    SAMPLE_FOLDER,
    SAMPLE_POLICY,
    SAMPLE_SOURCE,
    SUPPORT_RULES,
    UNDO,
    DataFolder,
    served_folder,
)
from clearaccounts.settings.reading import MAILBOX, config_file, load
from clearaccounts.settings.sections import (
    Access,
    Collections,
    Company,
    Decisions,
    Limits,
    Log,
    Notices,
    PartnerCenterAccess,
    Settings,
    Smtp,
    Support,
    Suspension,
)

__all__ = [
    "MAILBOX", "ROOT", "SAMPLE_FOLDER", "SAMPLE_POLICY", "SAMPLE_SOURCE", "SUPPORT_RULES", "UNDO", "Access", "Collections", "Company",
    "DataFolder", "Decisions", "Limits", "Log", "Notices", "PartnerCenterAccess", "Settings", "Smtp", "Support", "Suspension",
    "config_file", "load", "served_folder",
]
