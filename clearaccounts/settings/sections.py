"""The sections of clearaccounts.toml as frozen dataclasses, each key with a default that works."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Company:
    """`[company]`: the partner itself, and what its letters say of it.

    `address`, `payment_details` and `contact` may have several lines. `logo` names a PNG or JPEG file in the settings'
    own folder; once read, it is that file's whole path.
    """

    name: str = "Clear Accounts"
    currency: str = "EUR"
    time_zone: str = "UTC"
    legal_name: str = ""
    address: str = ""
    tax_id: str = ""
    contact: str = ""
    payment_details: str = ""
    logo: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone, in which its days begin and end."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True)
class Suspension:
    """`[suspension]`: when data is too old to act on, and after how many approvals of a day each further one needs a second approver."""

    max_data_age_hours: int = 24
    approvals_per_day: int = 10


@dataclass(frozen=True)
class Decisions:
    """`[decisions]`: where what people did is kept; empty = inside the data folder.

    `url` may hold a password, although the environment is the better place for it; it is never shown.
    """

    url: str = field(default="", repr=False)
    anchor: str = ""


@dataclass(frozen=True)
class Collections:
    """`[collections]`: the approved policy files; the newest one in force on a day applies."""

    policies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Support:
    """`[support]`: the file of the partner's own support rules; empty = those that come with the product."""

    rules: str = ""


@dataclass(frozen=True)
class Notices:
    """`[notices]`: the folder of one's own templates (empty = those that come with the product), and whether a statement goes along."""

    templates: str = ""
    attach_statement: bool = True


@dataclass(frozen=True)
class Smtp:
    """`[smtp]`: the server that notices are mailed through; no host = they can only be recorded.

    User and password come from the environment alone (`CLEARACCOUNTS_SMTP_USER`, `CLEARACCOUNTS_SMTP_PASSWORD`).
    """

    host: str = ""
    port: int = 587
    security: str = "starttls"
    from_address: str = ""
    from_name: str = ""
    timeout_seconds: int = 20
    may_mail_sample: bool = False


@dataclass(frozen=True)
class Access:
    """`[access]`: how people sign in.

    `demo` offers five built-in people, on this machine alone. `oidc` asks the directory of one Entra tenant; the secrets that this
    takes come from the environment alone (`CLEARACCOUNTS_OIDC_CLIENT_SECRET`, `CLEARACCOUNTS_COOKIE_SECRET`).

    Attributes:
        tenant: the tenant whose people may sign in.
        authority: who signs its tokens; `{authority}/{tenant}/v2.0` is their issuer.
        address: the dashboard's own public origin, such as https://clear.partner.example.
        hosts: further host names that may be asked for, such as a health check's.
        roles_claim: the claim of the token that `roles` maps: `roles` (app roles) or `groups`.
        roles: a value of that claim -> our role, the strongest first; empty: roles are granted on the page Users and roles.
        session_hours, idle_minutes: how long a sign-in lasts at most, and without anything being done in it.
    """

    mode: str = "demo"
    tenant: str = ""
    authority: str = "https://login.microsoftonline.com"
    client_id: str = ""
    address: str = ""
    hosts: tuple[str, ...] = ()
    roles_claim: str = "roles"
    roles: dict[str, str] = field(default_factory=dict)
    session_hours: int = 8
    idle_minutes: int = 60

    @property
    def is_oidc(self) -> bool:
        """Whether people sign in by their directory."""
        return self.mode == "oidc"

    @property
    def issuer(self) -> str:
        """Who issues the tokens of the tenant's people."""
        return f"{self.authority.rstrip('/')}/{self.tenant}/v2.0"

    @property
    def is_by_directory(self) -> bool:
        """Whether the directory says which role somebody has."""
        return bool(self.roles)


@dataclass(frozen=True)
class PartnerCenterAccess:
    """`[partner_center]`: whether orders may be carried out by Partner Center's API, and how.

    `off`: never asked. `dry_run`: subscriptions are read, and what would be sent is said. `live`: changes are sent. Credentials
    are no setting: they come from the environment alone.
    """

    mode: str = "off"
    base_url: str = "https://api.partnercenter.microsoft.com"
    login_url: str = "https://login.microsoftonline.com"
    timeout_seconds: int = 30
    longest_wait_seconds: int = 60


@dataclass(frozen=True)
class Limits:
    """`[limits]`: what a query and an import may use, and how much room the disk must keep before the server says that it is not ready."""

    query_seconds: int = 30
    memory: str = "4GB"
    threads: int = 2
    min_free_disk_megabytes: int = 512


@dataclass(frozen=True)
class Log:
    """`[log]`: from which level on, and into which file instead of standard error; whether commands log too."""

    level: str = "info"
    file: str = ""
    command_line: bool = False


@dataclass(frozen=True)
class Settings:
    """All settings, each with a default that works."""

    company: Company = field(default_factory=Company)
    suspension: Suspension = field(default_factory=Suspension)
    decisions: Decisions = field(default_factory=Decisions)
    collections: Collections = field(default_factory=Collections)
    support: Support = field(default_factory=Support)
    notices: Notices = field(default_factory=Notices)
    smtp: Smtp = field(default_factory=Smtp)
    access: Access = field(default_factory=Access)
    limits: Limits = field(default_factory=Limits)
    partner_center: PartnerCenterAccess = field(default_factory=PartnerCenterAccess)
    log: Log = field(default_factory=Log)
