"""Every page there is. To add one: a script in `pages/` and one line here."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from clearaccounts.access import Permission, Viewer
from clearaccounts.settings import ROOT
from clearaccounts.text import N_, Language

PRODUCT = "Clear Accounts"


@dataclass(frozen=True)
class Entry:
    """One page: its script under `pages/`, its address, and who may see it (any one of `permissions`)."""

    script: str
    url: str
    title: str
    section: str
    icon: str
    permissions: tuple[Permission, ...]
    filters: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The script's absolute path, which is also how other pages link to it."""
        return str(ROOT / "pages" / self.script)

    def is_for(self, viewer: Viewer | None) -> bool:
        """Whether this person may see the page."""
        return viewer is not None and any(viewer.may(permission) for permission in self.permissions)


_DESK = ""  # the first section has no name: it stands in the bar itself
_MONEY = N_("Money")
_SUPPORT = N_("Support")
_RECORD = N_("Records")

OVERVIEW = Entry("overview.py", "overview", N_("Overview"), _DESK, "dashboard", (Permission.VIEW_OVERVIEW,), ("day", "currency"))
ACCOUNT = Entry("account.py", "account", N_("Account"), _DESK, "person_search", (Permission.VIEW_CUSTOMERS,), ("day",))
AGEING = Entry(
    "ageing.py", "ageing", N_("Receivables ageing"), _MONEY, "hourglass_bottom", (Permission.VIEW_RECEIVABLES,),
    ("day", "currency", "ageing"),
)
KEY_FIGURES = Entry(
    "key_figures.py", "key-figures", N_("Key figures"), _MONEY, "monitoring", (Permission.VIEW_RECEIVABLES,), ("day", "currency"),
)
PAYMENTS = Entry(
    "payments.py", "payments", N_("Payment behaviour"), _MONEY, "event_available", (Permission.VIEW_RECEIVABLES,), ("day", "currency"),
)
CASH = Entry("cash.py", "cash", N_("Expected cash"), _MONEY, "payments", (Permission.VIEW_RECEIVABLES,), ("day", "currency"))
SUSPENSIONS = Entry("suspensions.py", "suspensions", N_("Suspensions"), _MONEY, "block", (Permission.VIEW_FLAGS,), ("day", "currency"))
NOTICES = Entry("notices.py", "notices", N_("Notices"), _MONEY, "mail", (Permission.SEND_NOTICE,), ("day", "currency"))
HOLDS = Entry("holds.py", "holds", N_("Holds"), _MONEY, "pan_tool", (Permission.VIEW_FLAGS,), ("day", "currency"))
POLICY = Entry("policy.py", "policy", N_("Collections policy"), _MONEY, "gavel", (Permission.READ_POLICY,), ("day", "currency"))
CASES = Entry("cases.py", "cases", N_("Support cases"), _SUPPORT, "support_agent", (Permission.VIEW_CASES,), ("day",))
LEVELS = Entry(
    "service_levels.py", "service-levels", N_("Service levels"), _SUPPORT, "timer", (Permission.VIEW_CASES,), ("day",),
)
ESCALATIONS = Entry("escalations.py", "escalations", N_("Escalations"), _SUPPORT, "trending_up", (Permission.VIEW_ESCALATIONS,), ("day",))
SUPPORT_OFFERS = Entry(
    "support_offers.py", "support-offers", N_("Support offers"), _SUPPORT, "handshake", (Permission.VIEW_CUSTOMERS,), ("day",))
SUPPORT_MONEY = Entry(
    "support_money.py", "support-money", N_("Support and money"), _SUPPORT, "balance", (Permission.VIEW_RECEIVABLES_STATUS,), ("day",))
USERS = Entry("users.py", "users", N_("Users and roles"), _RECORD, "manage_accounts", (Permission.MANAGE_USERS,))
AUDIT = Entry("audit.py", "audit", N_("Audit trail"), _RECORD, "history", (Permission.VIEW_AUDIT, Permission.VIEW_USERS_AUDIT))
DATA = Entry("data.py", "data", N_("Data"), _RECORD, "database", (Permission.VIEW_DATA,))

# The first that a person may see is where they land.
PAGES = (
    OVERVIEW, ACCOUNT, AGEING, KEY_FIGURES, PAYMENTS, CASH, NOTICES, SUSPENSIONS, HOLDS, POLICY,
    CASES, LEVELS, ESCALATIONS, SUPPORT_OFFERS, SUPPORT_MONEY,
    USERS, AUDIT, DATA,
)
# Where the server leads every address that is none of these: Streamlit would say so in English, over another page.
NOWHERE = "no-such-page"


def navigation(viewer: Viewer | None, language: Language) -> dict[str, list[st.Page]]:
    """All addresses, by section, for `st.navigation`; those not for this person are hidden and nameless.

    Every address is always registered, so that a deep link keeps its target through the sign-in and
    an address answers the same to everybody whom it is not for.
    """
    sections: dict[str, list[st.Page]] = {}
    for entry in PAGES:
        is_for = entry.is_for(viewer)
        sections.setdefault(language.gettext(entry.section) if is_for else "", []).append(
            st.Page(
                entry.path,
                title=language.gettext(entry.title) if is_for else PRODUCT,
                icon=f":material/{entry.icon}:" if is_for else None,
                url_path=entry.url,
                default=entry is OVERVIEW,
                visibility="visible" if is_for else "hidden",
            )
        )
    sections.setdefault("", []).append(st.Page(_nothing, title=PRODUCT, url_path=NOWHERE, visibility="hidden"))
    return sections


def _nothing() -> None:
    """The page of no entry; the entry script answers in its place."""


def entry_at(url_path: str) -> Entry | None:
    """The entry whose page `st.navigation` chose, None for an address of nothing; the default page's own address is empty."""
    return next((entry for entry in PAGES if entry.url == url_path), None if url_path == NOWHERE else OVERVIEW)


def home(viewer: Viewer) -> Entry | None:
    """The first page that this person may see."""
    return next((entry for entry in PAGES if entry.is_for(viewer)), None)
