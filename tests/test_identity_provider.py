"""The loopback provider keeps to the protocol, so that what a dashboard accepts or refuses from it means something."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests.identity_provider import OTHER_TENANT, Flaw, Identity, IdentityProvider, providing

ANNA = Identity("11111111-aaaa-4bbb-8ccc-000000000001", "Anna Fischer", "anna@partner.example", roles=("Sales",), groups=("g-1",))
CALLBACK = "http://127.0.0.1:9/oauth2callback"
VERIFIER = "v" * 64


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with providing(ANNA) as running:
        yield running


@pytest.fixture(autouse=True)
def whole(provider: IdentityProvider) -> Iterator[None]:
    yield
    provider.flaw, provider.is_down, provider.issued_seconds_ago = Flaw.NONE, False, 0


def metadata(provider: IdentityProvider) -> dict[str, str]:
    found: dict[str, str] = httpx.get(f"{provider.issuer}/.well-known/openid-configuration").json()
    return found


def code(provider: IdentityProvider, **changes: str) -> httpx.Response:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    asked = {
        "client_id": provider.client_id, "response_type": "code", "scope": "openid email profile", "redirect_uri": CALLBACK, "state": "s",
        "nonce": "n", "code_challenge": challenge, "code_challenge_method": "S256", "login_hint": ANNA.email,
    }
    return httpx.get(metadata(provider)["authorization_endpoint"], params=asked | changes)


def token(provider: IdentityProvider, **changes: str) -> httpx.Response:
    given = {
        "grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER, "client_id": provider.client_id,
        "client_secret": provider.client_secret,
    }
    if "code" not in changes:
        changes["code"] = httpx.URL(code(provider).headers["location"]).params["code"]
    return httpx.post(metadata(provider)["token_endpoint"], data=given | changes)


def keys(provider: IdentityProvider) -> KeySet:
    return KeySet.import_key_set(httpx.get(metadata(provider)["jwks_uri"]).json())


def test_a_good_token_says_what_entra_says(provider: IdentityProvider) -> None:
    claims = jwt.decode(token(provider).json()["id_token"], keys(provider), algorithms=["RS256"]).claims
    wanted = {
        "iss": f"{provider.url}/{provider.tenant}/v2.0", "aud": provider.client_id, "oid": ANNA.object_id, "tid": provider.tenant,
        "name": "Anna Fischer", "email": "anna@partner.example", "preferred_username": "anna@partner.example", "roles": ["Sales"],
        "groups": ["g-1"], "nonce": "n", "ver": "2.0",
    }
    assert {name: claims[name] for name in wanted} == wanted
    assert claims["exp"] - claims["iat"] == 3600 and claims["sub"] != ANNA.object_id and claims["uti"]


def test_a_code_is_good_once_and_only_with_its_proof(provider: IdentityProvider) -> None:
    once = httpx.URL(code(provider).headers["location"]).params["code"]
    assert token(provider, code=once).status_code == 200
    assert token(provider, code=once).json() == {"error": "invalid_grant"}
    assert token(provider, code_verifier="w" * 64).json() == {"error": "invalid_grant"}
    assert token(provider, redirect_uri="http://127.0.0.1:8/oauth2callback").json() == {"error": "invalid_grant"}
    assert token(provider, client_secret="guess").status_code == 401


@pytest.mark.parametrize("change", [
    {"client_id": "another"}, {"redirect_uri": "https://evil.example/oauth2callback"}, {"redirect_uri": "http://127.0.0.1:9/elsewhere"},
    {"code_challenge": ""}, {"code_challenge_method": "plain"}, {"response_type": "token"}, {"scope": "profile"},
])
def test_what_does_not_keep_to_the_protocol_is_refused(provider: IdentityProvider, change: dict[str, str]) -> None:
    assert code(provider, **change).status_code == 400


def test_without_a_hint_it_offers_the_people(provider: IdentityProvider) -> None:
    page = code(provider, login_hint="")
    assert page.status_code == 200 and "Anna Fischer" in page.text and ANNA.object_id in page.text


def body(id_token: str) -> dict[str, Any]:
    payload = id_token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


@pytest.mark.parametrize("flaw", [Flaw.UNSIGNED, Flaw.CUT_SIGNATURE, Flaw.OTHER_KEY, Flaw.UNKNOWN_KEY, Flaw.SHARED_SECRET,
                                  Flaw.PUBLIC_KEY_AS_SECRET])
def test_a_forged_signature_does_not_hold(provider: IdentityProvider, flaw: Flaw) -> None:
    provider.flaw = flaw
    id_token = token(provider).json()["id_token"]
    assert body(id_token)["oid"] == ANNA.object_id
    with pytest.raises((JoseError, ValueError)):
        jwt.decode(id_token, keys(provider), algorithms=["RS256"])


def test_a_flaw_is_in_the_token(provider: IdentityProvider) -> None:
    provider.flaw = Flaw.WRONG_TENANT
    claims = body(token(provider).json()["id_token"])
    assert claims["tid"] == OTHER_TENANT and claims["iss"] == provider.issuer
    provider.flaw = Flaw.NO_OBJECT_ID
    assert "oid" not in body(token(provider).json()["id_token"])
    provider.flaw = Flaw.NONE
    provider.issued_seconds_ago = 7200
    claims = body(token(provider).json()["id_token"])
    assert claims["exp"] - claims["iat"] == 7200 + 3600


def test_it_can_be_down(provider: IdentityProvider) -> None:
    provider.is_down = True
    assert httpx.get(f"{provider.issuer}/.well-known/openid-configuration").status_code == 503
