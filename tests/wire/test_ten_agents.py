"""Ten sales agents at once, each with a hundred accounts: nothing of another's reaches anybody, in no frame and no file.

What an agent is sent is searched for the others' canaries (see `agents`). CLEARACCOUNTS_VIEWS says how many views there are.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearaccounts.ui.registry import PAGES
from tests.browser.server import Dashboard
from tests.house.test_scope import SOFIA
from tests.identity_provider import providing
from tests.wire import exploring
from tests.wire.agents import ROLES, SETTINGS, Agent, agents, bare, foreign, settle
from tests.wire.client import Caller, Tab
from tests.wire.servers import serving_oidc

VIEWS = int(os.environ.get("CLEARACCOUNTS_VIEWS", "100"))
ADDRESSES = [entry.url for entry in PAGES if entry.is_for(SOFIA)]


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    data: Path = tmp_path_factory.mktemp("agents") / "data"
    people = agents()
    settle(data, people)
    with providing(*(agent.identity for agent in people)) as provider, \
            serving_oidc(data, provider, roles=ROLES, after=SETTINGS) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def callers(partner: Dashboard) -> dict[int, Caller]:
    """The ten, signed in."""
    found = {}
    for agent in agents():
        found[agent.number] = Caller(partner.url)
        found[agent.number].sign_in(agent.email)
    return found


@dataclass
class Walk:
    """One agent's way through the dashboard, by chance of a seed."""

    agent: Agent
    people: list[Agent]
    caller: Caller
    views: int
    seen: int = 0
    own: int = 0
    files: int = 0

    def go(self) -> list[str]:
        """Look at so many views; returns what reached the agent of others, a line each."""
        dice = random.Random(f"{self.agent.number} of {VIEWS}")
        found: list[str] = []
        # Ten of them begin at ten places, so that even few views are of every page.
        addresses = [ADDRESSES[(self.agent.number + place) % len(ADDRESSES)] for place in range(len(ADDRESSES))]
        while self.seen < self.views:
            address = addresses[self.seen % len(addresses)]
            query = self.asked(dice) if dice.random() < 0.4 else ""
            with self.caller.open(address, query) as tab:
                found += self.look(tab, f"{address}?{query}")
                for step in ["take"] if self.seen == 1 else dice.sample(("turn", "turn", "pick", "take"), 2):
                    if self.seen >= self.views:
                        break
                    before = len(tab.frames)
                    files = []
                    match step:
                        case "turn":
                            exploring.turn(tab, dice)
                        case "pick":
                            exploring.pick(tab, dice)
                        case _:
                            files = exploring.take(tab)
                    found += self.look(tab, f"{address}?{query} {step}", before)
                    for answer in files:
                        assert answer.status_code == 200
                        self.files += 1
                        found += self.told(bare(answer.content), f"{address} {answer.headers['content-disposition']}")
        return found

    def asked(self, dice: random.Random) -> str:
        """A link: to something of one's own, of another's, or of nobody's."""
        other = dice.choice([one for one in self.people if one is not self.agent])
        key = dice.choice([dice.choice(self.agent.plain), dice.choice(self.agent.plain), dice.choice(other.plain), "none"])
        return dice.choice((
            f"customer_id=C{key}", f"customer_id=C{key}&invoice_id=I{key}-1", f"invoice_id=I{key}-1", f"case_id=K{key}", f"customer=C{key}",
            f"search=C{key}", f"customer_id=C{key}&section=timeline", f"customer_id=C{key}&section=holds"))

    def look(self, tab: Tab, where: str, since: int = 0) -> list[str]:
        """One view more: what its frames say."""
        self.seen += 1
        frames = b"\n".join(tab.frames[since:])
        assert not tab.of_kind("exception"), where
        self.own += self.agent.canary.encode() in frames.lower()
        return self.told(frames, where)

    def told(self, content: bytes, where: str) -> list[str]:
        """A line for each of the others whose canary is in it."""
        return [f"agent {self.agent.number} at {where}: of agent {other.number}" for other in foreign(content, self.agent, self.people)]


def test_nothing_of_anothers_accounts_reaches_an_agent(callers: dict[int, Caller]) -> None:
    people = agents()
    walks = [Walk(agent, people, callers[agent.number], -(-VIEWS // len(people))) for agent in people]
    with ThreadPoolExecutor(len(walks)) as together:
        found = [line for lines in together.map(Walk.go, walks) for line in lines]
    assert found == []
    assert sum(walk.seen for walk in walks) >= VIEWS
    # The search finds what is there: of their own, everybody was told, and files were taken too.
    assert sum(walk.own for walk in walks) > VIEWS // 3 and sum(walk.files for walk in walks) > len(walks)
