"""What nginx is told: where everybody's home is, who comes to another, and who is told so by a cookie."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from clearaccounts.errors import ServingError
from clearaccounts.serving import balancer
from tests.proxy import nginx


def test_each_server_is_a_home_and_the_others_stand_in_for_it() -> None:
    text = balancer.configuration(Path("/x"), 8501, [8502, 8503, 8504], is_https=False)
    home = text.partition("upstream server_2 {")[2].partition("}")[0]
    assert [line.strip() for line in home.splitlines() if "server 127" in line] == [
        "server 127.0.0.1:8503 max_fails=0;", "server 127.0.0.1:8502 backup;", "server 127.0.0.1:8504 backup;"]
    assert '"2" server_2;' in text and '"~:8503$" "2";' in text and '"2:2" "";' in text
    assert "listen 127.0.0.1:8501;" in text and text.count("listen ") == 1


@pytest.mark.parametrize("is_https", [True, False])
def test_the_cookie_leaves_tls_only_where_there_is_none(is_https: bool) -> None:
    text = balancer.configuration(Path("/x"), 1, [2, 3], is_https=is_https)
    assert ("HttpOnly; SameSite=Lax; Secure" in text) == is_https and "HttpOnly; SameSite=Lax" in text


def test_nothing_is_said_about_the_visitor() -> None:
    text = balancer.configuration(Path("/x"), 1, [2, 3], is_https=True)
    assert "X-Forwarded" not in text and "X-Real-IP" not in text and "access_log off" in text


@pytest.mark.nginx
def test_nginx_understands_it(tmp_path: Path) -> None:
    program = nginx.find()
    if program is None:
        pytest.skip("there is no nginx on this machine; `make test` installs it where it may")
    file = tmp_path / "nginx.conf"
    file.write_text(balancer.configuration(tmp_path, 8501, [8502, 8503], is_https=True), encoding="utf-8")
    ran = subprocess.run([program, "-t", "-p", str(tmp_path), "-c", str(file), "-e", "stderr"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_without_nginx_the_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(balancer.PROGRAM, raising=False)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(ServingError, match="install it, or name its program in CLEARACCOUNTS_NGINX"):
        balancer.program()
