"""Nothing of a customer, no address, no secret and no word that somebody typed is in what the server and the commands log."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

from clearaccounts.access import Role
from clearaccounts.settings import SAMPLE_SOURCE
from tests.wire.client import Caller
from tests.wire.servers import COOKIE_SECRET
from tests.wire.town import PEOPLE, Town

TYPED = ("CanaryNordwind", "canary.jane@contoso.example", "DE89370400440532013000", "canarybearer12", "canarycookie34", "canarypassword56",
         "canaryreason78", "canaryfile90", "canarycode11", "canarystate22")
NAME, EMAIL, BANK, BEARER, COOKIE, PASSWORD, REASON, FILE, CODE, STATE = TYPED


def looked_at_everything(town: Town) -> set[str]:
    """Everybody signs in, and who sees most opens every page; the cookies that they had."""
    cookies: set[str] = set()
    for role, who in PEOPLE.items():
        caller = town.sign_in(who)
        with caller.open() as tab:
            for page in tab.pages if role is Role.BILLING_ADMIN else ():
                tab.run(page)
        cookies |= {value for name, value in caller.cookies.items() if len(value) > 8}
    return cookies


def asked_amiss(town: Town, at: str) -> None:
    """Somebody sends what they should not, in every place there is."""
    stranger = Caller(town.dashboard.url, {"_streamlit_user": COOKIE}, {"Authorization": f"Bearer {BEARER}", "X-Request-Id": COOKIE})
    stranger.get(f"/account?customer={NAME}&email={EMAIL}")
    stranger.get(f"/oauth2callback?code={CODE}&state={STATE}")
    stranger.get(f"/{NAME}/{EMAIL}")
    stranger.get(f"/media/{FILE}.csv")
    stranger.request("PUT", f"/_stcore/upload_file/{COOKIE}/{FILE}")
    caller = town.caller(PEOPLE[Role.BILLING_ADMIN])
    with caller.open(at, f"customer={NAME}&search={EMAIL}&day={BANK}&currency={NAME}") as tab:
        assert "Something went wrong" not in tab.text()


def typed_commands(town: Town, tmp_path: Path) -> str:
    """What commands log while a person types customers' words at them."""
    config = Path(town.dashboard.environment["CLEARACCOUNTS_CONFIG"])
    logging = tmp_path / "logging.toml"
    logging.write_text(config.read_text() + f'\n[log]\nlevel = "debug"\ncommand_line = true\nfile = "{tmp_path / "commands.log"}"\n')
    customers = tmp_path / f"{FILE}.csv"
    customers.write_text(f"customer_id,customer_name,currency,contact_email\n{BANK},{NAME},EUR,{EMAIL}\n{BANK},{NAME},nothing,{EMAIL}\n")
    for words in (
        ("import", str(customers)), ("import", str(tmp_path / f"{FILE}2.csv")), ("query", "receivables/open_items", "--as-of-on", NAME),
        ("query", "receivables/ageing", "--as-of-on", "2026-01-01", "--currency", NAME),
        ("accept-break", "--reason", REASON, "--yes"), ("verify",),
        ("copy-decisions", "--to", f"postgresql+psycopg://{NAME}:{PASSWORD}@127.0.0.1:9/{NAME}"),
    ):
        town.dashboard.run("--config", str(logging), *words)
    return (tmp_path / "commands.log").read_text()


def test_no_canary_is_in_any_log(found_town: Callable[..., Town], tmp_path: Path) -> None:
    town = found_town()
    with (SAMPLE_SOURCE / "customers.csv").open(encoding="utf-8") as file:
        names = {row["customer_name"] for row in csv.DictReader(file)}
    cookies = looked_at_everything(town)
    for page in ("ageing", "account", "suspensions"):
        asked_amiss(town, page)
    commands = typed_commands(town, tmp_path)
    server = town.dashboard.log.read_text(encoding="utf-8")
    people = {word for who in PEOPLE.values() for word in (who.name, who.email, who.object_id)}
    canaries = {*TYPED, *names, *people, *cookies, COOKIE_SECRET, town.provider.client_secret}
    assert len(names) > 100 and len(cookies) >= 5
    whole = (server + commands).casefold()
    assert [word for word in canaries if word.casefold() in whole] == []
    assert not re.search(r"eyJ[\w-]{10,}\.|[?&](code|state)=", server + commands)
    lines = [json.loads(line) for line in (server + commands).splitlines()]  # every line is one object
    seen = {line.get("event") for line in lines}
    assert {"http", "websocket", "run", "query", "recorded"} <= seen
    # Who is not signed in yet has asked for a page too, and is nobody.
    runs = [line for line in lines if line.get("event") == "run" and line.get("page") and line.get("person")]
    assert len({line["person"] for line in runs}) == len(PEOPLE)
    assert all(line["person"].startswith("person:") and len(line["session"]) == 12 for line in runs)
