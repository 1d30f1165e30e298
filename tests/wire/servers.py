"""A dashboard of a test's own in oidc mode: which settings and secrets it starts with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.browser.server import Dashboard, serving
from tests.identity_provider import IdentityProvider

COOKIE_SECRET = "cookie-secret-of-tests-only-0123456789abcdef"


def secrets_of(provider: IdentityProvider) -> dict[str, str]:
    """The environment that a dashboard of this provider needs."""
    return {"CLEARACCOUNTS_OIDC_CLIENT_SECRET": provider.client_secret, "CLEARACCOUNTS_COOKIE_SECRET": COOKIE_SECRET}


def settings_of(
    provider: IdentityProvider, roles: Mapping[str, str] | None = None, more: str = "", after: str = "",
) -> Callable[[str], str]:
    """What stands in clearaccounts.toml, by the dashboard's own address.

    `roles` maps the provider's app roles to ours; without it roles are granted on the Users page. `more` are further lines of
    `[access]`, `after` further sections.
    """
    def text(address: str) -> str:
        lines = [
            "[access]", 'mode = "oidc"', f'tenant = "{provider.tenant}"', f'authority = "{provider.url}"',
            f'client_id = "{provider.client_id}"', f'address = "{address}"', more,
        ]
        if roles:
            lines += ["[access.roles]", *(f'"{value}" = "{role}"' for value, role in roles.items())]
        return "\n".join([*lines, after]) + "\n"

    return text


@contextmanager
def serving_oidc(
    data: Path, provider: IdentityProvider, *, roles: Mapping[str, str] | None = None, more: str = "", after: str = "", port: int = 0,
    environment: Mapping[str, str] | None = None, address: str = "",
) -> Iterator[Dashboard]:
    """A fresh server on `data` whose people sign in at `provider`.

    `address` is the one that people use, when a proxy stands before the server.
    """
    environment = {**secrets_of(provider), **(environment or {})}
    written = settings_of(provider, roles, more, after)
    with serving(data, port=port, settings=lambda own: written(address or own), more=environment) as dashboard:
        yield dashboard
