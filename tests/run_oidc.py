"""`make run-oidc`: the dashboard with a real sign-in, at a provider on this machine, over a scratch folder that goes at the end.

Five people are invited, one for each role; the provider knows a sixth, whom nobody here invited. The partner's own data, settings
and secrets are neither read nor written.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import tempfile
import threading
from pathlib import Path

from tests.identity_provider import Identity, providing
from tests.wire.servers import serving_oidc
from tests.wire.town import PEOPLE, Town

PORT = 8501
STRANGER = Identity("0b1ec700-0000-4000-8000-000000000099", "Nadia Rahal", "nadia.rahal@partner.example")


def main() -> None:
    """Serve until Ctrl+C."""
    parser = argparse.ArgumentParser(prog="make run-oidc", description="The dashboard with a sign-in at a provider on this machine.")
    parser.add_argument("--port", type=int, default=PORT, help=f"of the dashboard, {PORT} unless told; the provider takes the next one")
    port: int = parser.parse_args().port
    for name in [name for name in os.environ if name.startswith("CLEARACCOUNTS_")]:
        del os.environ[name]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print("Starting; the sample partner is built first.", flush=True)
    own = {"CLEARACCOUNTS_COOKIE_SECRET": secrets.token_urlsafe(48)}
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="clearaccounts-oidc-") as scratch, \
            providing(*PEOPLE.values(), STRANGER, port=port + 1, client_secret=secrets.token_urlsafe(32)) as provider, \
            serving_oidc(Path(scratch) / "data", provider, port=port, environment=own) as dashboard:
        town = Town.of(dashboard, provider)
        for role, who in PEOPLE.items():
            town.invite(who, role)
        names = ", ".join(f"{who.name} ({role.value.replace('_', ' ')})" for role, who in PEOPLE.items())
        also = f"or {STRANGER.name}, whom nobody invited"
        print(f"Open {dashboard.url}, press Sign in and choose {names}, {also}. Ctrl+C ends it.", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
