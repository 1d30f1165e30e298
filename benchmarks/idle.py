"""When a page has come to rest after a click, seen from inside the browser.

A click begins with the press of the button or the key. It ends with the last thing that changed on the page because of it: a message of the
server, an element of the page (text, table, chart), or something drawn on a canvas (the cells of a table). The page has come to
rest once the script has finished, nothing on it is marked as old, and nothing has changed for `QUIET_SECONDS`; that wait is not part of the
click. Streamlit's own bar, with its sign of a running script, does not count, nor what a table says again for screen readers: its
component does that a fixed 0.2 s after it was drawn.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from playwright.sync_api import BrowserContext, Page

from benchmarks import figures
from benchmarks.figures import Figures

QUIET_SECONDS = 0.4
LONGEST_SECONDS = 300


class Click(NamedTuple):
    """Seconds from the press until the page was at rest, and until the server's last message."""

    seconds: float
    answered: float


_WATCH = """
(() => {
  const seen = window.__seen = { pressed: 0, heard: 0, changed: 0 };
  const note = () => { seen.changed = performance.now(); };
  for (const kind of ['pointerdown', 'keydown'])
    addEventListener(kind, () => { seen.pressed = performance.now(); }, { capture: true });
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...how) { super(...how); this.addEventListener('message', () => { seen.heard = performance.now(); note(); }); }
  };
  const canvas = CanvasRenderingContext2D.prototype;
  for (const verb of ['fillText', 'fillRect', 'drawImage']) {
    const draw = canvas[verb];
    canvas[verb] = function (...how) { note(); return draw.apply(this, how); };
  }
  const aside = node => (node.nodeType === 1 ? node : node.parentElement)?.closest('[data-testid=stHeader], canvas');
  new MutationObserver(all => { if (all.some(one => !aside(one.target))) note(); })
    .observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
})();
"""

_REST = """
([isAnswered, quiet, longest]) => new Promise((done, giveUp) => {
  const began = performance.now();
  const look = () => {
    const app = document.querySelector('[data-testid=stApp]');
    const seen = window.__seen;
    const isBusy = !app || app.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-stale=true]')
      || (isAnswered && seen.heard < seen.pressed);
    if (!isBusy && performance.now() - Math.max(seen.changed, seen.pressed) > quiet)
      done([seen.changed - seen.pressed, seen.heard - seen.pressed]);
    else if (performance.now() - began > longest)
      giveUp(new Error(`the page does not come to rest; its script is ${app?.dataset.testScriptState}`));
    else setTimeout(look, 20);
  };
  look();
})
"""


def watch(context: BrowserContext) -> None:
    """From the next page on it is seen when something changes there."""
    context.set_default_timeout(LONGEST_SECONDS * 1000)
    context.add_init_script(_WATCH)


def rest(page: Page, *, is_answered: bool = False) -> Click:
    """Wait until the page has come to rest, with `is_answered` not before the server has said something since the last press.

    How long that took from the last press on.
    """
    changed, heard = page.evaluate(_REST, [is_answered, QUIET_SECONDS * 1000, LONGEST_SECONDS * 1000])
    return Click(changed / 1000, heard / 1000)


def timed(page: Page, press: Callable[[], object], *, is_answered: bool = True) -> Click:
    """Press something on a page at rest, and how long it takes until it is at rest again.

    A press that the browser deals with alone is not answered by the server: `is_answered` says whether this one is.
    """
    press()
    took = rest(page, is_answered=is_answered)
    if took.seconds <= 0:
        raise SystemExit(f"nothing changed on {page.url}: what was pressed does nothing")
    return took


def spread(clicks: Sequence[Click]) -> Figures:
    """The figures of some clicks; `answered` is the median until the server's last message, below 0 where it was not asked."""
    return figures.spread([click.seconds for click in clicks]) | {"answered": statistics.median(click.answered for click in clicks)}
