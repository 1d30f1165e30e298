"""An OpenID provider on this machine that behaves like Microsoft Entra ID, for tests and for `make run-oidc`.

It answers the addresses that Entra's v2.0 endpoint has for one tenant (metadata, authorize, token, keys, end of session),
signs with RS256, demands PKCE with S256, the client's secret, a code used once, and a redirect back to this machine. Who
there is stands in a table of people; /authorize shows one button for each, or takes `login_hint`. Nothing asks for a password.

For hostile tokens a `Flaw` can be set: every id token from then on has it. `is_down` makes every address answer 503.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

TENANT = "5b1f0d2e-7c34-4f7a-9a53-0c1de7a0f0a1"
OTHER_TENANT = "c0ffee00-1111-4222-8333-444455556666"
CLIENT_ID = "8f4a6c1e-2b3d-4e5f-8a90-1b2c3d4e5f60"
CLIENT_SECRET = "loopback-client-secret-of-tests-only"
LIFETIME_SECONDS = 3600
START_SECONDS = 20


@dataclass(frozen=True)
class Identity:
    """Somebody the provider knows: object id, display name, e-mail, app roles, groups (by id)."""

    object_id: str
    name: str
    email: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Flaw(StrEnum):
    """What is wrong with the id tokens that the provider hands out; NONE is a good one."""

    NONE = "none"
    WRONG_TENANT = "another tenant in tid, the issuer as expected"
    OTHER_TENANT = "another tenant in tid and in the issuer"
    NO_TENANT = "no tid"
    WRONG_ISSUER = "another issuer"
    NO_ISSUER = "no issuer"
    WRONG_AUDIENCE = "another audience"
    NO_AUDIENCE = "no audience"
    MANY_AUDIENCES = "several audiences, another one authorised"
    UNSIGNED = "algorithm none, no signature"
    CUT_SIGNATURE = "the signature is missing, the algorithm as promised"
    OTHER_KEY = "signed by another key of the same name"
    UNKNOWN_KEY = "signed by a key that is not published"
    SHARED_SECRET = "signed with HS256 and the client's secret"
    PUBLIC_KEY_AS_SECRET = "signed with HS256 and the public key"
    EXPIRED = "expired an hour ago"
    NO_EXPIRY = "no exp"
    NOT_YET = "issued in an hour"
    NO_NONCE = "no nonce"
    WRONG_NONCE = "another nonce"
    NO_SUBJECT = "no sub"
    NO_OBJECT_ID = "no oid"
    EMPTY_OBJECT_ID = "an empty oid"
    OBJECT_ID_OF_A_LIST = "a list as oid"
    EMAIL_NOT_VERIFIED = "email_verified is false"
    NO_TOKEN = "no id token at all"
    NO_JSON = "an answer that is no JSON"
    ERROR = "an error instead of a token"


# Signed, well made and meant for the dashboard: whether somebody is let in is for the dashboard alone to say.
WELL_MADE = frozenset({Flaw.NONE, Flaw.EMAIL_NOT_VERIFIED})


@dataclass
class _Grant:
    """What a code stands for until it is redeemed."""

    person: Identity
    nonce: str
    challenge: str
    redirect_uri: str


@dataclass
class IdentityProvider:
    """A running provider: where it is, whom it knows, and what is wrong with it at the moment.

    `people` may be changed at any time: a new token shows them as they are then. `issued_seconds_ago` sets `iat` and `nbf`
    back; the token still expires in an hour. `visits` counts requests by their last path segment.
    """

    url: str
    people: dict[str, Identity]
    tenant: str = TENANT
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    flaw: Flaw = Flaw.NONE
    is_down: bool = False
    issued_seconds_ago: int = 0
    extra_claims: dict[str, Any] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    issued: list[str] = field(default_factory=list)
    _grants: dict[str, _Grant] = field(default_factory=dict)
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "loopback-1", "use": "sig", "alg": "RS256"}))
    _other_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "loopback-1", "use": "sig", "alg": "RS256"}))

    @property
    def issuer(self) -> str:
        """`iss` of its tokens."""
        return f"{self.url}/{self.tenant}/v2.0"

    def add(self, person: Identity) -> None:
        """Know one more person, or know them anew."""
        self.people[person.object_id] = person

    def subject(self, person: Identity) -> str:
        """`sub`: another one for each client, like Entra's."""
        return base64.urlsafe_b64encode(hashlib.sha256(f"{self.client_id}:{person.object_id}".encode()).digest()).decode().rstrip("=")

    def claims(self, person: Identity, nonce: str) -> dict[str, Any]:
        """What a good id token says of a person."""
        issued_at = int(time.time()) - self.issued_seconds_ago
        found: dict[str, Any] = {
            "ver": "2.0", "iss": self.issuer, "aud": self.client_id, "sub": self.subject(person), "oid": person.object_id,
            "tid": self.tenant, "name": person.name, "preferred_username": person.email, "email": person.email, "nonce": nonce,
            "iat": issued_at, "nbf": issued_at, "exp": int(time.time()) + LIFETIME_SECONDS, "uti": secrets.token_urlsafe(16),
        }
        if person.roles:
            found["roles"] = list(person.roles)
        if person.groups:
            found["groups"] = list(person.groups)
        return found | self.extra_claims

    def id_token(self, person: Identity, nonce: str, access_token: str = "") -> str:
        """An id token as it is handed out now: signed, or flawed."""
        claims = self._flawed(self.claims(person, nonce))
        if access_token:
            half = hashlib.sha256(access_token.encode()).digest()[:16]
            claims["at_hash"] = base64.urlsafe_b64encode(half).decode().rstrip("=")
        header = {"alg": "RS256", "typ": "JWT", "kid": "loopback-1"}
        match self.flaw:
            case Flaw.UNSIGNED:
                return f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{_segment(claims)}."
            case Flaw.CUT_SIGNATURE:
                return f"{_segment(header)}.{_segment(claims)}."
            case Flaw.OTHER_KEY:
                return jwt.encode(header, claims, self._other_key)
            case Flaw.UNKNOWN_KEY:
                return jwt.encode({**header, "kid": "loopback-2"}, claims, self._other_key)
            case Flaw.SHARED_SECRET:
                return _hmac({**header, "alg": "HS256"}, claims, self.client_secret.encode())
            case Flaw.PUBLIC_KEY_AS_SECRET:
                return _hmac({**header, "alg": "HS256"}, claims, self._key.as_pem(private=False))
            case _:
                return jwt.encode(header, claims, self._key)

    def _flawed(self, claims: dict[str, Any]) -> dict[str, Any]:
        now = int(time.time())
        changes: dict[Flaw, dict[str, Any]] = {
            Flaw.WRONG_TENANT: {"tid": OTHER_TENANT},
            Flaw.OTHER_TENANT: {"tid": OTHER_TENANT, "iss": f"{self.url}/{OTHER_TENANT}/v2.0"},
            Flaw.NO_TENANT: {"tid": None},
            Flaw.WRONG_ISSUER: {"iss": "https://login.evil.example/v2.0"},
            Flaw.NO_ISSUER: {"iss": None},
            Flaw.WRONG_AUDIENCE: {"aud": "00000000-0000-4000-8000-000000000000"},
            Flaw.NO_AUDIENCE: {"aud": None},
            Flaw.MANY_AUDIENCES: {"aud": [self.client_id, "another"], "azp": "another"},
            Flaw.EXPIRED: {"iat": now - 7200, "nbf": now - 7200, "exp": now - 3600},
            Flaw.NO_EXPIRY: {"exp": None},
            Flaw.NOT_YET: {"iat": now + 3600, "nbf": now + 3600, "exp": now + 7200},
            Flaw.NO_NONCE: {"nonce": None},
            Flaw.WRONG_NONCE: {"nonce": "another"},
            Flaw.NO_SUBJECT: {"sub": None},
            Flaw.NO_OBJECT_ID: {"oid": None},
            Flaw.EMPTY_OBJECT_ID: {"oid": ""},
            Flaw.OBJECT_ID_OF_A_LIST: {"oid": [claims["oid"]]},
            Flaw.EMAIL_NOT_VERIFIED: {"email_verified": False},
        }
        changed = claims | changes.get(self.flaw, {})
        return {name: value for name, value in changed.items() if value is not None}

    # The addresses.

    def metadata(self, request: Request) -> Response:
        """What clients look up first."""
        base = f"{self.url}/{self.tenant}"
        if request.path_params["tenant"] != self.tenant:
            return JSONResponse({"error": "invalid_tenant"}, status_code=400)
        return JSONResponse({
            "issuer": self.issuer,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
        })

    def keys(self, _request: Request) -> Response:
        """The public key."""
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        """A page with one button for each person; with `login_hint` (e-mail or object id) straight back with a code."""
        asked = request.query_params
        if problem := self._problem(asked):
            return HTMLResponse(f"<h1>Sign-in refused</h1><p>{html.escape(problem)}</p>", status_code=400)
        chosen = asked.get("login_hint", "")
        person = next((one for one in self.people.values() if chosen and chosen in {one.email, one.object_id}), None)
        if person is None:
            return HTMLResponse(self._page(asked))
        code = secrets.token_urlsafe(24)
        self._grants[code] = _Grant(person, asked.get("nonce", ""), asked["code_challenge"], asked["redirect_uri"])
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}", status_code=302)

    def _problem(self, asked: Mapping[str, str]) -> str:
        wanted = {
            "client_id": asked.get("client_id") == self.client_id,
            "response_type": asked.get("response_type") == "code",
            "scope": "openid" in asked.get("scope", "").split(),
            "redirect_uri": _is_callback(asked.get("redirect_uri", "")),
            "code_challenge": bool(asked.get("code_challenge")) and asked.get("code_challenge_method") == "S256",
        }
        return next((f"{name} is not what it must be" for name, is_so in wanted.items() if not is_so), "")

    def _page(self, asked: Mapping[str, str]) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items() if name != "login_hint"
        )
        buttons = "".join(
            f'<p><button name="login_hint" value="{html.escape(one.object_id)}">{html.escape(one.name)}</button> '
            f"{html.escape(one.email)}</p>" for one in self.people.values()
        )
        return (
            "<!doctype html><html lang=en><meta charset=utf-8><title>Sign in to the loopback provider</title>"
            "<style>body{font:16px system-ui;max-width:34rem;margin:4rem auto}button{min-width:14rem;padding:.5rem}</style>"
            f"<h1>Who are you?</h1><form action='' method=get>{hidden}{buttons}</form></html>"
        )

    async def token(self, request: Request) -> Response:
        """An id token for a code: once, to the client that can prove itself and the code's challenge."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        grant = self._grants.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if grant is None or form.get("grant_type") != "authorization_code" or form.get("redirect_uri") != grant.redirect_uri \
                or not hmac.compare_digest(proof, grant.challenge):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        match self.flaw:
            case Flaw.ERROR:
                return JSONResponse({"error": "temporarily_unavailable"}, status_code=400)
            case Flaw.NO_JSON:
                return HTMLResponse("<h1>Something broke</h1>")
        access_token = secrets.token_urlsafe(32)
        answer = {"token_type": "Bearer", "scope": "openid profile email", "expires_in": LIFETIME_SECONDS, "access_token": access_token}
        if self.flaw is not Flaw.NO_TOKEN:
            answer["id_token"] = self.id_token(grant.person, grant.nonce, access_token)
            self.issued.append(str(answer["id_token"]))
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    def _is_client(self, request: Request, form: Mapping[str, str]) -> bool:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if kind.lower() == "basic":
            name, _, secret = (unquote(part) for part in base64.b64decode(given).decode().partition(":"))
        return hmac.compare_digest(f"{name}:{secret}", f"{self.client_id}:{self.client_secret}")

    def logout(self, request: Request) -> Response:
        """The end of the session here; back to the dashboard."""
        back = request.query_params.get("post_logout_redirect_uri", "")
        return RedirectResponse(back, status_code=302) if _is_callback(back) else HTMLResponse("<h1>You are signed out.</h1>")

    def application(self) -> Starlette:
        """Its addresses as an ASGI application."""
        routes = [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self.metadata),
            Route("/{tenant}/oauth2/v2.0/authorize", self.authorize),
            Route("/{tenant}/oauth2/v2.0/token", self.token, methods=["POST"]),
            Route("/{tenant}/discovery/v2.0/keys", self.keys),
            Route("/{tenant}/oauth2/v2.0/logout", self.logout),
        ]
        starlette = Starlette(routes=routes)

        async def counted(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                last = scope["path"].rpartition("/")[2]
                self.visits[last] = self.visits.get(last, 0) + 1
                if self.is_down:
                    await Response("Down.", status_code=503)(scope, receive, send)
                    return
            await starlette(scope, receive, send)

        return counted  # type: ignore[return-value]


def _segment(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _hmac(header: Mapping[str, Any], claims: Mapping[str, Any], key: bytes) -> str:
    signed = f"{_segment(header)}.{_segment(claims)}"
    signature = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _is_callback(address: str) -> bool:
    parts = urlsplit(address)
    is_here = parts.scheme in {"http", "https"} and parts.hostname in {"127.0.0.1", "localhost"}
    return is_here and parts.path == "/oauth2callback" and not parts.query


@contextmanager
def providing(*people: Identity, port: int = 0, **changes: Any) -> Iterator[IdentityProvider]:
    """A provider that answers on 127.0.0.1 (port 0: a free one) for as long as the block lasts."""
    listening = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    provider = IdentityProvider(url, {one.object_id: one for one in people}, **changes)
    server = uvicorn.Server(uvicorn.Config(provider.application(), log_level="error", lifespan="off", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        _wait_until_started(server)
        yield provider
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listening.close()


def _wait_until_started(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            raise AssertionError("the identity provider did not come up")
        time.sleep(0.01)
