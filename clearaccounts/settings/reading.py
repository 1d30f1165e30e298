"""clearaccounts.toml -> `Settings`; an error names the file and the key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from clearaccounts.errors import SettingsError
from clearaccounts.money import minor_units
from clearaccounts.settings.sections import Access, PartnerCenterAccess, Settings, Smtp
from clearaccounts.text import N_

DEFAULT_CONFIG = "clearaccounts.toml"
# One plain mail address and nothing else: no name, no comment, no list, no control character.
MAILBOX = re.compile(
    r"(?=.{3,254}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"
)
LOG_LEVELS = ("debug", "info", "warning", "error")
SECURITY = ("none", "starttls", "tls")
ROLES = ("sales_agent", "helpdesk_agent", "billing_admin", "manager", "user_admin")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_TENANT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HOST = re.compile(r"[A-Za-z0-9._:-]*")


def config_file(named: str | None) -> Path:
    """The file of the settings: the one that somebody named, else `clearaccounts.toml`, which need not be there.

    Raises:
        SettingsError: there is no file of that name. The defaults would be those of the demo.
    """
    if named is not None and not Path(named).is_file():
        raise SettingsError(N_("{file}: there is no such file; check --config and CLEARACCOUNTS_CONFIG."), file=named)
    return Path(DEFAULT_CONFIG if named is None else named)


def load(path: Path) -> Settings:
    """Read `path`; a missing file means the defaults.

    Raises:
        SettingsError: the file cannot be read or is not TOML, or a section, key or value is not one we know.
    """
    if not path.exists():
        return Settings()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(N_("{file}: this file cannot be read ({problem})."), file=path.name, problem=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(N_("{file}: this is not valid TOML: {problem}."), file=path.name, problem=error) from None
    sections = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for name, content in raw.items():
        if name not in sections or not isinstance(content, dict):
            raise SettingsError(
                N_("{file}: there is no section [{section}]; use one of {known}."),
                file=path.name, section=name, known=", ".join(sections),
            )
        values[name] = _section(path.name, name, getattr(Settings(), name), content)
    settings = Settings(**values)
    _check(path.name, settings)
    if settings.company.logo:
        logo = _logo(path, settings.company.logo)
        return replace(settings, company=replace(settings.company, logo=str(logo)))
    return settings


def _logo(path: Path, name: str) -> Path:
    """The logo's file: inside the settings' folder, also behind links, so that no setting makes a letter show another file."""
    folder = path.resolve().parent
    logo = (folder / name).resolve()
    wanted = {
        "a file in the folder of these settings or below it": logo.is_relative_to(folder) and logo.is_file(),
        "a PNG or JPEG file": logo.suffix.lower() in {".png", ".jpg", ".jpeg"},
    }
    for kind, is_so in wanted.items():
        if not is_so:
            raise SettingsError(
                N_("{file}: [{section}] {key} is {value}; it must be {wanted}."),
                file=path.name, section="company", key="logo", value=name, wanted=kind,
            )
    return logo


def _section(file: str, name: str, default: Any, content: dict[str, Any]) -> Any:
    known = {f.name: type(getattr(default, f.name)) for f in fields(default)}
    values = {}
    for key, value in content.items():
        if key not in known:
            raise SettingsError(
                N_("{file}: [{section}] has no key {key}; use one of {known}."),
                file=file, section=name, key=key, known=", ".join(known),
            )
        given = tuple(value) if isinstance(value, list) else value
        if not isinstance(given, known[key]) or isinstance(given, bool) != (known[key] is bool):
            raise SettingsError(
                N_("{file}: [{section}] {key} must be of type {wanted}."),
                file=file, section=name, key=key, wanted=known[key].__name__,
            )
        values[key] = given
    return type(default)(**values)


def _check(file: str, settings: Settings) -> None:
    def refuse(section: str, key: str, value: object, wanted: str) -> None:
        raise SettingsError(
            N_("{file}: [{section}] {key} is {value}; it must be {wanted}."),
            file=file, section=section, key=key, value=value, wanted=wanted,
        )

    if settings.company.currency not in minor_units():
        refuse("company", "currency", settings.company.currency, "an ISO 4217 code such as EUR")
    if settings.company.time_zone not in available_timezones():
        refuse("company", "time_zone", settings.company.time_zone, "a time zone such as Europe/Madrid")
    # The address is not repeated: it may hold a password, and a second @ would make part of one a host's name.
    if settings.decisions.url and not _is_address(settings.decisions.url):
        refuse("decisions", "url", "no address we know", "sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE, in ASCII")
    if settings.suspension.max_data_age_hours < 1:
        refuse("suspension", "max_data_age_hours", settings.suspension.max_data_age_hours, "1 or more")
    if settings.suspension.approvals_per_day < 0:
        refuse("suspension", "approvals_per_day", settings.suspension.approvals_per_day, "0 or more")
    if settings.limits.query_seconds < 1 or settings.limits.threads < 1:
        refuse("limits", "query_seconds or threads", "below 1", "1 or more")
    _check_access(settings.access, refuse)
    if settings.limits.min_free_disk_megabytes < 0:
        refuse("limits", "min_free_disk_megabytes", settings.limits.min_free_disk_megabytes, "0 or more")
    if settings.log.level not in LOG_LEVELS:
        refuse("log", "level", repr(settings.log.level), "one of " + ", ".join(LOG_LEVELS))
    _check_smtp(settings.smtp, refuse)
    _check_partner_center(settings.partner_center, refuse)


def _check_access(access: Access, refuse: Callable[[str, str, object, str], None]) -> None:
    if access.mode not in {"demo", "oidc"}:
        refuse("access", "mode", access.mode, "demo or oidc")
    for value, role in access.roles.items():
        if not value or role not in ROLES:
            refuse("access", "roles", f"{value} = {role}", "a claim's value = one of " + ", ".join(ROLES))
    if access.roles_claim not in {"roles", "groups"}:
        refuse("access", "roles_claim", access.roles_claim, "roles or groups")
    if not 1 <= access.session_hours <= 8:
        refuse("access", "session_hours", access.session_hours, "from 1 to 8")
    if not 5 <= access.idle_minutes <= 480:
        refuse("access", "idle_minutes", access.idle_minutes, "from 5 to 480")
    if any(not host or not _HOST.fullmatch(host) for host in access.hosts):
        refuse("access", "hosts", ", ".join(map(str, access.hosts)), "host names without a port")
    if not access.is_oidc:
        return
    if not _TENANT.fullmatch(access.tenant):
        refuse("access", "tenant", repr(access.tenant), "the id of one tenant, as the directory shows it; never common or organizations")
    if not access.client_id:
        refuse("access", "client_id", "empty", "the application's id in the directory")
    for key in ("authority", "address"):
        if not _is_safe_address(getattr(access, key)):
            refuse("access", key, repr(getattr(access, key)), "an https address without path, name or password")


def _check_smtp(smtp: Smtp, refuse: Callable[[str, str, object, str], None]) -> None:
    if not _HOST.fullmatch(smtp.host):
        refuse("smtp", "host", repr(smtp.host), "a host name or an address, without a port")
    if not 1 <= smtp.port <= 65535:
        refuse("smtp", "port", smtp.port, "from 1 to 65535")
    if smtp.security not in SECURITY:
        refuse("smtp", "security", smtp.security, "one of " + ", ".join(SECURITY))
    if not 1 <= smtp.timeout_seconds <= 60:
        refuse("smtp", "timeout_seconds", smtp.timeout_seconds, "from 1 to 60")
    if not smtp.from_name.isprintable():
        refuse("smtp", "from_name", repr(smtp.from_name), "one line of text")
    if (smtp.host or smtp.from_address) and not MAILBOX.fullmatch(smtp.from_address):
        refuse("smtp", "from_address", repr(smtp.from_address), "one mail address, such as billing@example.com")


def _is_address(url: str) -> bool:
    is_server = url.startswith("postgresql+psycopg://") and url.isascii() and url.count("@") <= 1
    return is_server or url.startswith("sqlite:///")


def _check_partner_center(asked: PartnerCenterAccess, refuse: Callable[[str, str, object, str], None]) -> None:
    if asked.mode not in {"off", "dry_run", "live"}:
        refuse("partner_center", "mode", asked.mode, "off, dry_run or live")
    for key in ("base_url", "login_url"):
        if not _is_safe_address(getattr(asked, key)):
            refuse("partner_center", key, getattr(asked, key), "an https address without path, name or password")
    for key in ("timeout_seconds", "longest_wait_seconds"):
        if not 1 <= getattr(asked, key) <= 600:
            refuse("partner_center", key, getattr(asked, key), "between 1 and 600")


def _is_safe_address(address: str) -> bool:
    """Whether credentials may go there: over TLS, or to this machine itself."""
    try:
        parts = urlsplit(address)
        is_plain = parts.port != 0 and not (parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"))
    except ValueError:
        return False
    return is_plain and bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK))
