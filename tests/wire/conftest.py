"""What these tests share: a provider and a dashboard whose people sign in at it, one for each worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clearaccounts.settings import DataFolder
from tests.identity_provider import Flaw, IdentityProvider, providing
from tests.wire.servers import serving_oidc
from tests.wire.town import PEOPLE, Town


@pytest.fixture(scope="package")
def provider() -> Iterator[IdentityProvider]:
    """The identity provider, with one person for each role."""
    with providing(*PEOPLE.values()) as running:
        yield running


@pytest.fixture(autouse=True)
def honest(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test the provider hands out good tokens again."""
    yield
    if "provider" in request.fixturenames:
        provider: IdentityProvider = request.getfixturevalue("provider")
        provider.flaw, provider.is_down, provider.issued_seconds_ago, provider.extra_claims = Flaw.NONE, False, 0, {}


@pytest.fixture(scope="package")
def found_town(
    provider: IdentityProvider, sample_folder: DataFolder, tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Town]]:
    """`found_town(roles={...}, more="...")`: a fresh dashboard on the sample, everybody invited; it stands until the end."""
    with ExitStack() as standing:
        def found(*, is_inhabited: bool = True, **changes: object) -> Town:
            place: Path = tmp_path_factory.mktemp("town")
            shutil.copytree(sample_folder.path, place / "data-sample")
            dashboard = standing.enter_context(serving_oidc(place / "data", provider, **changes))  # type: ignore[arg-type]
            town = Town.of(dashboard, provider)
            if is_inhabited:
                for role, who in PEOPLE.items():
                    town.invite(who, role)
            return town

        yield found


@pytest.fixture(scope="package")
def town(found_town: Callable[..., Town]) -> Town:
    """The town that most tests share: nobody may change one of its five people there."""
    return found_town()
