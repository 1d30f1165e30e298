"""`invite-administrator`: the operator's way in, where nobody else could invite."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearaccounts.__main__ import main

OIDC = """[access]
mode = "oidc"
tenant = "11111111-1111-1111-1111-111111111111"
client_id = "clear"
address = "https://clear.partner.example"
"""


def test_the_first_administrator_is_invited_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "clearaccounts.toml"
    config.write_text(OIDC)

    def invite(*words: str) -> int:
        return main(["invite-administrator", *words, "--data", str(tmp_path / "data"), "--config", str(config)])

    assert invite("not an address") == 1
    assert "Give one plain mail address" in capsys.readouterr().err
    assert invite("ursula@partner.example", "--name", "Ursula Novak") == 0
    said = capsys.readouterr().out
    assert "Ursula Novak is invited as user administrator until" in said and "https://clear.partner.example" in said
    assert invite("eve@partner.example") == 1
    assert "Ursula Novak (ursula@partner.example) is a user administrator, or is invited as one" in capsys.readouterr().err
    assert invite("eve@partner.example", "--beside-others") == 0, "the last of them has left"
    assert invite("ursula@partner.example", "--beside-others") == 0, "an invitation is made anew"
    capsys.readouterr()
    config.write_text(OIDC + '[access.roles]\n"Admins" = "user_admin"\n')
    assert invite("eve@partner.example") == 1
    assert "directory says who has which role" in capsys.readouterr().err


def test_in_demo_mode_nobody_is_invited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["invite-administrator", "eve@partner.example", "--data", str(tmp_path / "data")]) == 1
    assert "demo mode" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
