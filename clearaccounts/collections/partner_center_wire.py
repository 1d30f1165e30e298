"""Requests to Partner Center: credentials, waiting when asked to, and telling a lost answer from a request that never left.

A token or a secret goes into a request's header or body and nowhere else: into no error, no log and no representation.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from clearaccounts.errors import PartnerCenterError
from clearaccounts.settings import PartnerCenterAccess
from clearaccounts.text import N_

_PREFIX = "CLEARACCOUNTS_PARTNER_CENTER_"
_SCOPE = "https://api.partnercenter.microsoft.com/.default"
_LARGEST_ANSWER = 4 * 1024 * 1024
# How often one request may be put off, however short the waits.
_MOST_WAITS = 5
_USUAL_WAIT_SECONDS = 2.0


class Lost(Exception):
    """No answer came to a request that may have arrived: what it did is not known."""


class NotSent(Exception):
    """The request did not leave: nothing can have come of it."""


@dataclass(frozen=True)
class Credentials:
    """Who asks Partner Center: a ready token, or an application's id and secret with which one is fetched."""

    token: str = field(default="", repr=False)
    tenant_id: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Credentials:
        """The credentials in `CLEARACCOUNTS_PARTNER_CENTER_TOKEN`, or in `..._TENANT_ID`, `..._CLIENT_ID` and `..._CLIENT_SECRET`.

        Raises:
            PartnerCenterError: neither is there, or they hold what cannot be sent.
        """
        names = ("token", "tenant_id", "client_id", "client_secret")
        found = cls(**{name: environment.get(_PREFIX + name.upper(), "").strip() for name in names})
        if not found.token and not (found.tenant_id and found.client_id and found.client_secret):
            raise PartnerCenterError(
                N_("There are no credentials for Partner Center: set {token}, or {tenant}, {client} and {secret}, in the environment."),
                token=f"{_PREFIX}TOKEN", tenant=f"{_PREFIX}TENANT_ID", client=f"{_PREFIX}CLIENT_ID", secret=f"{_PREFIX}CLIENT_SECRET",
            )
        if not re.fullmatch(r"[\x21-\x7e]*", found.token) or not re.fullmatch(r"[A-Za-z0-9.-]*", found.tenant_id):
            raise PartnerCenterError(N_("The credentials for Partner Center in the environment cannot be used as they are."))
        return found


@dataclass(frozen=True)
class Answer:
    """What Partner Center answered: HTTP status, headers (names in lower case) and text."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def resource(self) -> dict[str, Any] | None:
        """The JSON object in it, or None."""
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    @property
    def error_code(self) -> int | None:
        """Partner Center's own code of an error, or None."""
        code = (self.resource or {}).get("code")
        return int(code) if isinstance(code, int | str) and re.fullmatch(r"[0-9]{1,9}", str(code)) else None

    @property
    def wait_seconds(self) -> float:
        """How long it asks to wait before the next request: `Retry-After`, in seconds, or as a date by its own `Date`."""
        asked = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"[0-9]{1,9}", asked):
            return float(asked)
        try:
            until, since = parsedate_to_datetime(asked), parsedate_to_datetime(self.headers.get("date", ""))
            return max(0.0, (until.astimezone(UTC) - since.astimezone(UTC)).total_seconds())
        except (ValueError, OverflowError):
            return _USUAL_WAIT_SECONDS


class Wire:
    """Requests to one Partner Center, with one set of credentials."""

    def __init__(self, access: PartnerCenterAccess, credentials: Credentials, sleep: Callable[[float], None]) -> None:
        self._access = access
        self._credentials = credentials
        self._token = credentials.token
        self._sleep = sleep
        # A proxy of the environment is for the world outside, not for this machine.
        is_here = (urlsplit(access.base_url).scheme, urlsplit(access.login_url).scheme) != ("https", "https")
        self._client = httpx.Client(timeout=access.timeout_seconds, follow_redirects=False, trust_env=not is_here)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None) -> Answer:
        """One request; repeated only where the answer says that nothing was done: put off (429), or the token too old (401, once).

        Raises:
            Lost: no answer came to a request that may have arrived.
            NotSent: it did not leave.
            PartnerCenterError: no token could be had; the request did not leave either.
        """
        left = float(self._access.longest_wait_seconds)
        has_renewed = False
        for _ in range(_MOST_WAITS):
            answer = self._ask(method, self._access.base_url.rstrip("/") + path, self._with_token(headers), content)
            if answer.status == 401 and not has_renewed and not self._credentials.token:
                has_renewed, self._token = True, ""
                continue
            if answer.status != 429:
                break
            wait = answer.wait_seconds
            if wait > left:
                break
            left -= wait
            self._sleep(wait)
        return answer

    def path_of(self, location: str, base: str) -> str | None:
        """The path of an address that an answer names, if it is one of the same Partner Center; else None: no token goes elsewhere."""
        whole = urlsplit(urljoin(self._access.base_url.rstrip("/") + base, location))
        own = urlsplit(self._access.base_url)
        if (whole.scheme, whole.netloc) != (own.scheme, own.netloc):
            return None
        return whole.path + (f"?{whole.query}" if whole.query else "")

    def _with_token(self, headers: Mapping[str, str]) -> dict[str, str]:
        if not self._token:
            self._token = self._fetch_token()
        return {**headers, "Authorization": f"Bearer {self._token}"}

    def _fetch_token(self) -> str:
        own = self._credentials
        form = httpx.QueryParams({
            "grant_type": "client_credentials", "client_id": own.client_id, "client_secret": own.client_secret, "scope": _SCOPE,
        })
        address = f"{self._access.login_url.rstrip('/')}/{own.tenant_id}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            answer = self._ask("POST", address, headers, str(form).encode("ascii"))
        except (Lost, NotSent):
            raise PartnerCenterError(N_("The sign-in for Partner Center could not be reached; nothing was sent.")) from None
        token = (answer.resource or {}).get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
            raise PartnerCenterError(N_("The sign-in for Partner Center did not accept the credentials; nothing was sent."))
        return token

    def _ask(self, method: str, address: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        began = time.monotonic()
        parts: list[bytes] = []
        failure: type[Exception] = Lost
        try:
            with self._client.stream(method, address, headers=dict(headers), content=content) as response:
                for part in response.iter_bytes():
                    parts.append(part)
                    # An answer that never ends is none, whether it is large or slow.
                    if sum(map(len, parts)) > _LARGEST_ANSWER or time.monotonic() - began > 2 * self._access.timeout_seconds:
                        break
                else:
                    names = {name.lower(): value for name, value in response.headers.items()}
                    return Answer(response.status_code, names, b"".join(parts).decode("utf-8-sig", "replace"))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError):
            failure = NotSent
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            pass
        # Raised out here: those errors know their request, and the request holds the token, so none of them goes along.
        raise failure
