"""`[partner_center]` in clearaccounts.toml: off unless it says otherwise; what is refused names the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearaccounts.errors import SettingsError
from clearaccounts.settings import PartnerCenterAccess, Settings, load


def asked(folder: Path, text: str) -> PartnerCenterAccess:
    (folder / "clearaccounts.toml").write_text(f"[partner_center]\n{text}\n", encoding="utf-8")
    return load(folder / "clearaccounts.toml").partner_center


def test_it_is_off_as_delivered() -> None:
    assert Settings().partner_center.mode == "off"
    assert Settings().partner_center.base_url == "https://api.partnercenter.microsoft.com"


@pytest.mark.parametrize("mode", ["off", "dry_run", "live"])
def test_the_modes(tmp_path: Path, mode: str) -> None:
    assert asked(tmp_path, f'mode = "{mode}"').mode == mode


@pytest.mark.parametrize("address", ["https://x.example", "https://x.example:8443/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:80"])
def test_addresses_that_credentials_may_go_to(tmp_path: Path, address: str) -> None:
    assert asked(tmp_path, f'base_url = "{address}"').base_url == address


@pytest.mark.parametrize(("text", "key"), [
    ('mode = "on"', "mode"), ('mode = "LIVE"', "mode"), ('base_url = "http://x.example"', "base_url"),
    ('base_url = "http://127.0.0.1.x.example"', "base_url"), ('base_url = "https://user:word@x.example"', "base_url"),
    ('base_url = "https://x.example/v1"', "base_url"), ('base_url = "https://x.example?a=b"', "base_url"), ('base_url = ""', "base_url"),
    ('base_url = "https://"', "base_url"), ('base_url = "https://x.example:port"', "base_url"),
    ('login_url = "ftp://x.example"', "login_url"), ("timeout_seconds = 0", "timeout_seconds"),
    ("timeout_seconds = 601", "timeout_seconds"), ("longest_wait_seconds = 0", "longest_wait_seconds"),
    ('client_secret = "s"', "client_secret"),
])
def test_what_is_refused_names_its_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(SettingsError, match=rf"clearaccounts\.toml: .*{key}"):
        asked(tmp_path, text)
