"""Who may do what: one table of permissions and roles, and the scope rule.

A sales agent sees the customers whose `sales_agent` is theirs; a user administrator sees none; all
others see all. The rule is enforced here, in SQL by `$viewer_agent`, and again in every action.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from clearaccounts.errors import NotPermitted
from clearaccounts.text import N_


class Role(StrEnum):
    """The five roles, and the machine's operator (the command line)."""

    SALES_AGENT = "sales_agent"
    HELPDESK_AGENT = "helpdesk_agent"
    BILLING_ADMIN = "billing_admin"
    MANAGER = "manager"
    USER_ADMIN = "user_admin"
    OPERATOR = "operator"


ROLE_TITLES = {
    Role.SALES_AGENT: N_("Sales agent"),
    Role.HELPDESK_AGENT: N_("Helpdesk agent"),
    Role.BILLING_ADMIN: N_("Billing administrator"),
    Role.MANAGER: N_("Manager"),
    Role.USER_ADMIN: N_("User administrator"),
    Role.OPERATOR: N_("Operator"),
}


class Permission(StrEnum):
    """One thing that a role may or may not do."""

    VIEW_OVERVIEW = "view_overview"
    VIEW_CUSTOMERS = "view_customers"
    VIEW_RECEIVABLES = "view_receivables"
    VIEW_RECEIVABLES_STATUS = "view_receivables_status"
    VIEW_CASES = "view_cases"
    VIEW_ESCALATIONS = "view_escalations"
    VIEW_COSTS = "view_costs"
    VIEW_FLAGS = "view_flags"
    MARK = "mark"
    APPROVE = "approve"
    EXPORT = "export"
    REINSTATE = "reinstate"
    RECORD_HOLD = "record_hold"
    EXEMPT = "exempt"
    EXTEND_HOLD = "extend_hold"
    SEND_NOTICE = "send_notice"
    READ_POLICY = "read_policy"
    PROPOSE_POLICY = "propose_policy"
    APPROVE_POLICY = "approve_policy"
    IMPORT = "import"
    VIEW_DATA = "view_data"
    VIEW_AUDIT = "view_audit"
    VIEW_USERS_AUDIT = "view_users_audit"
    MANAGE_USERS = "manage_users"


_S, _H, _B, _M, _U = (
    Role.SALES_AGENT, Role.HELPDESK_AGENT, Role.BILLING_ADMIN, Role.MANAGER, Role.USER_ADMIN,
)

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.VIEW_OVERVIEW: frozenset({_S, _H, _B, _M}),
    Permission.VIEW_CUSTOMERS: frozenset({_S, _H, _B, _M}),
    Permission.VIEW_RECEIVABLES: frozenset({_S, _B, _M}),
    Permission.VIEW_RECEIVABLES_STATUS: frozenset({_S, _H, _B, _M}),
    Permission.VIEW_CASES: frozenset({_S, _H, _B, _M}),
    Permission.VIEW_ESCALATIONS: frozenset({_S, _H, _B, _M}),
    Permission.VIEW_COSTS: frozenset({_B, _M}),
    Permission.VIEW_FLAGS: frozenset({_S, _B, _M}),
    Permission.MARK: frozenset({_B}),
    Permission.APPROVE: frozenset({_B, _M}),
    Permission.EXPORT: frozenset({_B}),
    Permission.REINSTATE: frozenset({_B, _M}),
    Permission.RECORD_HOLD: frozenset({_S, _B, _M}),
    Permission.EXEMPT: frozenset({_B, _M}),
    Permission.EXTEND_HOLD: frozenset({_B}),
    Permission.SEND_NOTICE: frozenset({_S, _B, _M}),
    Permission.READ_POLICY: frozenset({_S, _H, _B, _M}),
    Permission.PROPOSE_POLICY: frozenset({_B}),
    Permission.APPROVE_POLICY: frozenset({_M}),
    Permission.IMPORT: frozenset({_B}),
    Permission.VIEW_DATA: frozenset({_B, _M}),
    Permission.VIEW_AUDIT: frozenset({_B, _M}),
    Permission.VIEW_USERS_AUDIT: frozenset({_U}),
    Permission.MANAGE_USERS: frozenset({_U}),
}

# What the machine's operator may do from the command line: read everything and import, decide nothing.
_OPERATOR = frozenset(Permission) - {
    Permission.MARK, Permission.APPROVE, Permission.EXPORT, Permission.REINSTATE, Permission.RECORD_HOLD, Permission.EXEMPT,
    Permission.EXTEND_HOLD, Permission.SEND_NOTICE, Permission.PROPOSE_POLICY, Permission.APPROVE_POLICY, Permission.MANAGE_USERS,
}


@dataclass(frozen=True)
class Session:
    """One sign-in of a person: since when it lasts, and when they last did anything in it (UTC)."""

    session_id: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Viewer:
    """A person as the data layer knows them: a stable id, a name to show, a role, an e-mail; and the session they act in, if any."""

    user_id: str
    name: str
    role: Role
    email: str
    session: Session | None = field(default=None, compare=False, repr=False)

    def may(self, permission: Permission) -> bool:
        """Whether this person's role allows `permission`."""
        if self.role is Role.OPERATOR:
            return permission in _OPERATOR
        return self.role in ALLOWED[permission]

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless the role allows `permission`."""
        if not self.may(permission):
            raise NotPermitted(N_("Your role does not allow this."))

    @property
    def agent_address(self) -> str:
        """Under what accounts of theirs stand: the e-mail in lower case; whoever has none has accounts by assignment alone."""
        return self.email.casefold() or self.user_id

    @property
    def agent_scope(self) -> str | None:
        """The value of `$viewer_agent`: the e-mail of a sales agent, None for all customers.

        A role that may see no customers gets a value that no customer carries.
        """
        if self.role is Role.SALES_AGENT:
            return self.agent_address
        return None if self.may(Permission.VIEW_CUSTOMERS) else ""


OPERATOR = Viewer("operator", "Operator", Role.OPERATOR, "")

# The built-in people of demo mode, one per role; the sample's customers are shared among sales agents.
DEMO_PEOPLE = (
    Viewer("demo:sofia", "Sofía Lindgren", Role.SALES_AGENT, "sofia.lindgren@partner.example"),
    Viewer("demo:henry", "Henry Okafor", Role.HELPDESK_AGENT, "henry.okafor@partner.example"),
    Viewer("demo:beatriz", "Beatriz Romero", Role.BILLING_ADMIN, "beatriz.romero@partner.example"),
    Viewer("demo:martin", "Martin Weiss", Role.MANAGER, "martin.weiss@partner.example"),
    Viewer("demo:ursula", "Ursula Novak", Role.USER_ADMIN, "ursula.novak@partner.example"),
)


def current_person(user_id: str) -> Viewer | None:
    """The person as they are known now, or None: in demo mode the built-in people and the machine's operator."""
    return next((person for person in (*DEMO_PEOPLE, OPERATOR) if person.user_id == user_id), None)


def is_same_person(one: Viewer, other: Viewer) -> bool:
    """Whether two accounts belong to one person, as far as ids and e-mail addresses tell.

    Letter case, letters of another width, spaces and the part of an address after a plus sign make no difference.
    """
    if _plain(one.user_id) == _plain(other.user_id):
        return True
    return is_same_mailbox(one.email, other.email)


def is_same_mailbox(one: str, other: str) -> bool:
    """Whether two e-mail addresses reach one person, by the same rule; an empty one reaches nobody."""
    address = _mailbox(one)
    return address != "" and address == _mailbox(other)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def _mailbox(email: str) -> str:
    local, at, domain = _plain(email).rpartition("@")
    return local.partition("+")[0] + at + domain.rstrip(".")
