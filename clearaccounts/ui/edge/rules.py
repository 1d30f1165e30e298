"""What the edge goes by: the mode, the public address, the names it answers to."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = re.compile(r"(?P<name>[a-z0-9._-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Rules:
    """The settings that concern the edge.

    `address` is the dashboard's public origin, `hosts` are further names that may be asked for; neither counts in demo mode,
    in which the server is for the machine it runs on. `session_hours` is the longest that a sign-in may last.
    """

    is_demo: bool = True
    address: str = ""
    hosts: tuple[str, ...] = ()
    session_hours: int = 8

    @property
    def is_https(self) -> bool:
        """Whether people reach the dashboard over TLS, wherever that ends."""
        return not self.is_demo and self.address.startswith("https://")

    def answers_to(self, host: str) -> bool:
        """Whether a `Host` header names this dashboard; the port makes no difference."""
        name = host_name(host)
        if name is None:
            return False
        if self.is_demo:
            return is_loopback(name)
        return name in {host_name(urlsplit(self.address).netloc), *(host_name(one) for one in self.hosts)}

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Whether an `Origin` header is this dashboard's own; in demo mode that is the address the browser says it asks."""
        found = _origin(origin)
        if found is None:
            return False
        if self.is_demo:
            return found in {_origin(f"http://{host}"), _origin(f"https://{host}")} and is_loopback(found[1])
        return found == _origin(self.address)


def host_name(host: str) -> str | None:
    """The name in a `Host` header, in lower case, without port and closing dot; None if it is not one name."""
    found = _HOST.fullmatch(host.strip().lower())
    return found["name"].removesuffix(".").strip("[]") if found else None


def _origin(text: str) -> tuple[str, str, int] | None:
    """Scheme, name and port of an origin; None if it is not an origin and nothing else."""
    try:
        parts = urlsplit(text)
        name, port = host_name(parts.netloc), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or name is None or parts.path or parts.query or parts.fragment:
        return None
    return parts.scheme, name, port or _PORTS[parts.scheme]


def is_loopback(address: str) -> bool:
    """Whether a host name or an address, with or without a port, is this machine itself."""
    host = address.strip()
    if bracketed := re.fullmatch(r"\[([^\]]+)\](:\d+)?", host):
        host = bracketed[1]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    if host.rstrip(".").casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
