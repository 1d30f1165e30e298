"""The ways to Microsoft's support."""

from __future__ import annotations

from clearaccounts.text import N_

VEHICLES = {
    "commercial": N_("Partner Center (commercial)"),
    "psfp": N_("Premier Support for Partners (PSfP)"),
    "asfp": N_("Advanced Support for Partners (ASfP)"),
    "cloud": N_("Partner cloud support"),
    "on_premises": N_("Partner on-premises support"),
}
