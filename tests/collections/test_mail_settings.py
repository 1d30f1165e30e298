"""`[smtp]` in clearaccounts.toml: what is refused names the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearaccounts.errors import SettingsError
from clearaccounts.settings import Smtp, load

GOOD = 'host = "mail.partner.test"\nfrom_address = "billing@partner.test"\n'


def smtp(folder: Path, text: str) -> Smtp:
    (folder / "clearaccounts.toml").write_text(f"[smtp]\n{text}\n", encoding="utf-8")
    return load(folder / "clearaccounts.toml").smtp


def test_what_is_needed_is_little(tmp_path: Path) -> None:
    found = smtp(tmp_path, GOOD)
    assert (found.host, found.port, found.security, found.timeout_seconds) == ("mail.partner.test", 587, "starttls", 20)
    assert not found.may_mail_sample


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('host = "mail.partner.test"', "from_address"),
        (GOOD.replace("billing@partner.test", "Billing <billing@partner.test>"), "from_address"),
        (GOOD.replace("billing@partner.test", "a@partner.test\\r\\nBcc: b@partner.test"), "from_address"),
        (GOOD.replace("mail.partner.test", "mail.partner.test 25"), "host"),
        (GOOD.replace("mail.partner.test", "mail\\n"), "host"),
        (GOOD + "port = 0", "port"),
        (GOOD + "port = 65536", "port"),
        (GOOD + 'security = "ssl"', "security"),
        (GOOD + "timeout_seconds = 61", "timeout_seconds"),
        (GOOD + 'from_name = "A\\nBcc: b"', "from_name"),
        (GOOD + 'password = "secret"', "password"),
        (GOOD + 'user = "me"', "user"),
    ],
)
def test_an_error_names_the_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(SettingsError, match=rf"clearaccounts\.toml: \[smtp\] (?:has no key )?{key}") as refused:
        smtp(tmp_path, text)
    assert "secret" not in str(refused.value)
