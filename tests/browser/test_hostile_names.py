"""A partner all of whose customers, cases, plans, products and reasons have hostile names: every page stays a page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Dialog, Locator, expect

from clearaccounts.access import DEMO_PEOPLE, Role
from clearaccounts.collections import holding, policies, suspensions
from clearaccounts.collections.grounds import Grounds
from clearaccounts.collections.policy_desk import Desk
from clearaccounts.collections.standing import with_decisions
from clearaccounts.decisions import open_store
from clearaccounts.settings import ROOT, DataFolder, load
from clearaccounts.ui import registry
from clearaccounts.warehouse import Warehouse, open_current
from tests.browser.server import Dashboard, serving
from tests.browser.visitor import Visitor
from tests.hostile.names import CANARY, HOST, IDS, IMPORTED_AT, NAMES, TITLE, import_all
from tests.hostile.payloads import ALL, COUNT

PEOPLE = {person.role: person for person in DEMO_PEOPLE}
BEATRIZ = PEOPLE[Role.BILLING_ADMIN]
IS_LONG = COUNT >= ALL
CONFIG = '[collections]\npolicies = ["policy/standard.toml"]\n[suspension]\nmax_data_age_hours = 24\n'
# What must not be on a page: an element that only a name can have brought.
INTRUDERS = """(host) => {
  const found = [...document.body.querySelectorAll('*')].flatMap(one => [...one.attributes].filter(
    at => ['href', 'xlink:href', 'src', 'action', 'srcset', 'data', 'poster'].includes(at.name)
      && (at.value.includes(host) || /^\\s*(javascript|vbscript|data:text)/i.test(at.value))
    ).map(at => `${one.tagName} ${at.name}=${at.value.slice(0, 80)}`));
  const tags = [...document.body.querySelectorAll('base, object, embed, iframe, form[action], math, plaintext, marquee, .katex')];
  const icons = [...document.querySelectorAll('[data-testid=stIconMaterial]')].filter(one => one.innerText.includes('delete_forever'));
  return [...found, ...tags.concat(icons).map(one => one.outerHTML.slice(0, 120))];
}"""
STATE = """(canary) => {
  const main = document.querySelector('[data-testid=stMain]'), wide = document.scrollingElement, body = getComputedStyle(document.body);
  return {ran: window[canary] !== undefined, title: document.title, shown: body.display !== 'none' && body.visibility === 'visible',
          overflow: Math.max(wide.scrollWidth - wide.clientWidth, main.scrollWidth - main.clientWidth)};
}"""


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The partner, imported, with decisions whose words are no kinder, and a server."""
    place = tmp_path_factory.mktemp("partner")
    (place / "clearaccounts.toml").write_text(CONFIG, encoding="utf-8")
    (place / "files").mkdir()
    data = DataFolder(place / "data")
    assert all(one.landing is not None for one in import_all(data, place / "files").outcomes)
    decide(data, place / "clearaccounts.toml")
    with serving(place / "data") as dashboard:
        yield dashboard


def decide(data: DataFolder, config: Path) -> None:
    """Two marks, holds by owners of any name, and a policy that waits for its approval."""
    settings = load(config)
    store = open_store(data, settings)
    newest = with_decisions(open_current(data, settings), store.matching)
    grounds = Grounds(lambda: newest, lambda day: policies.in_force(store.matching, data, settings, day), settings.suspension)
    for number, row in enumerate(flagged(newest, grounds)[:2]):
        evidence, _ = grounds.evidence(BEATRIZ, row[0], row[1], store.matching)
        suspensions.mark(store, grounds, BEATRIZ, customer_id=row[0], currency=row[1], reason=NAMES[number],
                         seen_evidence_hash=evidence.hash, idempotency_key=f"mark {number}", now=IMPORTED_AT)
    for number, name in enumerate(NAMES[16:24]):
        wish = holding.Wish(f"C{number + 20:04}", holding.EXEMPTION, IMPORTED_AT.date() + timedelta(days=9), owner=NAMES[number][:200])
        holding.record(store, grounds, BEATRIZ, wish, reason=name, idempotency_key=f"hold {number}", now=IMPORTED_AT)
    text = (ROOT / "policy" / "standard.toml").read_text(encoding="utf-8")
    named = text.replace('"Standard collections policy"', f"'''{NAMES[2]} {NAMES[27]}'''").replace("version = 1", "version = 2", 1)
    Desk(store, data, settings, lambda: newest.build.as_of_on).propose(
        BEATRIZ, text=named, reason=NAMES[3], idempotency_key="policy", now=IMPORTED_AT)


def flagged(warehouse: Warehouse, grounds: Grounds) -> list[tuple[str, str]]:
    """(customer, currency) of those whom the policy flags."""
    policy = grounds.policy(warehouse.build.as_of_on)
    assert policy is not None
    rows = warehouse.run("collections/stages", {"as_of_on": warehouse.build.as_of_on}, BEATRIZ, {"policy_stages": policy.table()})
    return [(row["customer_id"], row["currency"]) for row in rows.to_pylist() if row["is_flagged"]]


class Guarded(Visitor):
    """A visitor whose browser lets nothing leave the machine, and who notes every dialog that a page opens."""

    def __init__(self, browser: Browser, dashboard: Dashboard) -> None:
        super().__init__(browser, dashboard)
        self.context.route(lambda address: not address.startswith(self.url), lambda route: route.abort())
        self.page.on("dialog", self._told)
        self.context.on("page", lambda page: self.problems.append(f"opened another window: {page.url}"))

    def _told(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def check(self, title: str) -> None:
        """Nothing of a name was run, drawn or asked for; the page and its controls are there, and it is no wider than the window."""
        self.assert_well()
        state = self.page.evaluate(STATE, CANARY)
        assert (state["ran"], state["shown"], TITLE in state["title"]) == (False, True, False), (self.page.url, state)
        assert state["overflow"] <= 0, (self.page.url, state)
        assert self.page.evaluate(INTRUDERS, HOST) == [], self.page.url
        expect(self.page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()
        assert self.page.get_by_role("heading", level=1).count() == 1
        assert self.problems == []

    def hover(self) -> None:
        """Put the pointer on the first and the last mark of every chart in sight."""
        for chart in self.page.locator(".js-plotly-plot:visible").all():
            marks = chart.locator(".point path, path.point, .slice path")
            for number in {0, marks.count() - 1} if marks.count() else ():
                box = marks.nth(number).bounding_box()
                if box is not None:
                    self.page.mouse.move(box["x"] + min(box["width"] / 2, 8), box["y"] + box["height"] / 2)
                    self.page.wait_for_timeout(60)

    def open_everything(self) -> None:
        """Open what is closed: expanders stay open, of the popovers one at a time."""
        for closed in self.page.locator("[data-testid=stMain] details:not([open]) summary:visible").all():
            closed.click()
        for door in self.page.locator("[data-testid=stMain] [data-testid=stPopoverButton]:visible").all():
            door.click()
            self.settle()
            self.check_loose()
            self.page.keyboard.press("Escape")

    def check_loose(self) -> None:
        """As `check`, with something open above the page."""
        self.assert_well()
        assert self.page.evaluate(INTRUDERS, HOST) == [] and not self.page.evaluate(STATE, CANARY)["ran"] and self.problems == []

    def choices(self) -> Locator:
        """The page's own choice of what it shows, if there is one: the options of the first such control below its filters."""
        return self.page.locator(
            ".st-key-view button, .st-key-list button, .st-key-section button, .st-key-part button"
        ).and_(self.page.locator(":visible"))


@pytest.fixture
def guarded(browser: Browser, partner: Dashboard) -> Iterator[Guarded]:
    visitor = Guarded(browser, partner)
    with visitor:
        visitor.open()
        yield visitor


# Of the others' pages, those that are drawn otherwise for them than for the manager, who sees nearly all.
OWN = {
    Role.MANAGER: registry.PAGES,
    Role.BILLING_ADMIN: (registry.SUSPENSIONS, registry.DATA),
    Role.SALES_AGENT: (registry.OVERVIEW, registry.ACCOUNT),
    Role.HELPDESK_AGENT: (registry.OVERVIEW, registry.SUPPORT_MONEY),
}
# Row n of the customers is called by name n: script, picture, base, form, style, cover, markdown, heading, colours, link, tower, 10,000.
WORST = (0, 2, 6, 18, 19, 20, 23, 27, 34, 40, 42, 52, 54, 55)


@pytest.mark.parametrize("role", [person.role for person in DEMO_PEOPLE])
def test_every_page_stays_a_page(role: Role, guarded: Guarded) -> None:
    """In the long run every page with each of its views for everybody; else the manager's, and what others see otherwise."""
    guarded.sign_in(role)
    mine = [entry for entry in registry.PAGES if entry.is_for(PEOPLE[role])]
    wanted = mine if IS_LONG else [entry for entry in mine if entry in OWN.get(role, mine)]
    for entry in wanted:
        if len(mine) > 1:
            guarded.go(entry.title, entry.section)
        guarded.check(entry.title)
        guarded.hover()
        guarded.open_everything()
        for number in range(1, guarded.choices().count()) if IS_LONG else ():
            guarded.choices().nth(number).click()
            guarded.settle()
            guarded.check(entry.title)
            guarded.hover()


def test_an_account_of_any_name_is_shown_with_it(guarded: Guarded) -> None:
    guarded.sign_in(Role.MANAGER)
    for place in WORST if IS_LONG else WORST[::4]:
        customer_id = IDS.get(f"C{place + 1:04}", f"C{place + 1:04}")
        guarded.open("account?" + urlencode({"customer_id": customer_id, "section": ("timeline", "notices", "cases")[place % 3]}))
        guarded.check("Account")
        guarded.hover()
        if IS_LONG or len(NAMES[place]) == 10_000:
            guarded.open_everything()  # the letters' PDFs are made behind their buttons
        name = guarded.page.locator(".st-key-account_name").inner_text()
        assert " ".join(name.split()) == " ".join(NAMES[place].split())
        # The page around a name of ten thousand characters is no longer than that of any other.
        assert guarded.page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight") < 3000


LINKS = (
    "audit", "suspensions?list=marked", "cases?case=" + quote(IDS["CASE-0004-017"]), "policy?part=change", "escalations?view=requests",
    "account?customer_id=" + quote(IDS["C0017"]), "ageing?view=items&search=" + quote(NAMES[0]), "holds?list=" + quote(NAMES[2]),
)


def test_a_row_a_link_and_a_letter_of_any_words_open(guarded: Guarded) -> None:
    guarded.sign_in(Role.MANAGER)
    guarded.open("notices")
    guarded.choose_row(0)
    expect(guarded.page.locator("[data-testid=stCode]").first).to_be_visible()
    guarded.check("Notices")
    for link in LINKS if IS_LONG else LINKS[:4]:
        guarded.open(link)
        title = guarded.page.get_by_role("heading", level=1).inner_text()
        guarded.check(title)
        if guarded.page.get_by_test_id("stDataFrame").count():
            guarded.choose_row(0)
            guarded.check(guarded.page.get_by_role("heading", level=1).inner_text())


def test_the_names_are_sixty() -> None:
    assert len(NAMES) == len(set(NAMES)) == 60
