"""The files of a release: in the encoding that is liked best, each copy known by its own tag, parts of the file as it lies there."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import brotli
import pytest
from streamlit import file_util
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

from clearaccounts.ui.edge import packing
from clearaccounts.ui.edge.compressed import Compressed
from clearaccounts.ui.edge.negotiation import encoding, has_copy, is_range
from clearaccounts.ui.edge.packing import ENCODINGS, Assets
from tests.edge.asking import ask, headers_of, status

SCRIPT = b"const words = 'the same words again and again';\n" * 200
FONT = bytes(range(256)) * 10
PATH = "/static/js/index.abc.js"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Compressed:
    """A release of two files and an index page, served by Streamlit itself behind the edge."""
    folder = tmp_path_factory.mktemp("release")
    for name, content in {"index.html": b"<html></html>", PATH[1:]: SCRIPT, "static/media/font.woff2": FONT}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Compressed(create_streamlit_static_handler(str(folder), None), Assets(folder))


def body(messages: list[Any]) -> bytes:
    return b"".join(message.get("body", b"") for message in messages[1:])


def unpacked(messages: list[Any]) -> bytes:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
    return bytes(unpack[headers_of(messages)["content-encoding"]](body(messages)))


@pytest.mark.parametrize(("accepted", "chosen"), [
    ([], "identity"), ([""], "identity"), (["gzip, deflate, br, zstd"], "br"), (["gzip, deflate"], "gzip"), (["deflate"], "identity"),
    (["*"], "br"), (["BR"], "br"), (["x-gzip"], "gzip"), (["gzip"], "gzip"), (["gzip", "br"], "br"), ([" br ; Q=0.5 , gzip;q=0.9"], "gzip"),
    (["br;q=0, gzip"], "gzip"), (["br;q=0, *"], "gzip"), (["br;q=0.5, gzip;q=0.5"], "br"), (["br;q=0.5, identity"], "identity"),
    (["br;q=0.001"], "br"), (["gzip;q=0"], "identity"), (["identity;q=0"], None), (["identity;q=0, br"], "br"), (["*;q=0"], None),
    (["*;q=0, identity"], "identity"), (["*;q=0, gzip"], "gzip"), (["*;q=0.3, br;q=0"], "gzip"), (["deflate, identity;q=0"], None),
    (["br;q=2, gzip;q=0.1"], "gzip"), (["br;q=-1"], "identity"), (["br;q=nan"], "identity"), (["br;q=inf"], "identity"),
    (["br;q=1e-3"], "identity"), (["br;q=0.1234"], "identity"), (["br;q=1.001"], "identity"), (["br;q"], "identity"),
    (["br;q="], "identity"),
    (["br;level=3"], "identity"), (["identity;q=junk, br"], "br"), ([",,;,=,;q=1"], "identity"), (["br;q=0.5;q=0.6"], "identity"),
])
def test_the_encoding_that_is_liked_best_is_chosen(accepted: list[str], chosen: str | None) -> None:
    assert encoding(accepted, ENCODINGS) == chosen


@pytest.mark.parametrize(("held", "is_held"), [
    ([], False), (['"a"'], True), (['W/"a"'], True), (['"b", "a"'], True), (['"b"', 'W/"a"'], True), (["*"], True), ([" * "], True),
    (['"b"'], False), (['"A"'], False), (["a"], False), (['"a'], False), (['"x*"'], False),
])
def test_a_copy_is_known_by_its_tag(held: list[str], is_held: bool) -> None:
    assert has_copy(held, '"a"') == is_held


@pytest.mark.parametrize(("asked", "is_one"), [
    ([], False), (["bytes=0-9"], True), (["bytes=5-"], True), (["bytes=-5"], True), (["Bytes=0-0, 4-"], True), (["bytes=9-5"], False),
    (["bytes="], False), (["bytes=-"], False), (["lines=0-9"], False), (["bytes=a-b"], False), (["bytes=0-9", "bytes=0-1"], False),
    (["bytes=0-9,x"], False), (["bytes=+1-2"], False), ([f"bytes={'9' * 5000}-"], False),
])
def test_parts_are_what_can_be_read_as_parts(asked: list[str], is_one: bool) -> None:
    assert is_range(asked) == is_one


@pytest.mark.parametrize("encoded", ENCODINGS)
def test_a_packed_file_is_the_file(release: Compressed, encoded: str) -> None:
    plain, packed = ask(release, PATH), ask(release, PATH, accept_encoding=encoded)
    assert status(packed) == 200 and unpacked(packed) == SCRIPT == body(plain) and len(body(packed)) < len(SCRIPT) / 10
    found, of_plain = headers_of(packed), headers_of(plain)
    assert int(found["content-length"]) == len(body(packed))
    assert found["vary"] == of_plain["vary"] == "Accept-Encoding"
    assert (found["content-type"], found["cache-control"]) == (of_plain["content-type"], of_plain["cache-control"])
    assert "immutable" in found["cache-control"] and "content-encoding" not in of_plain


def test_each_encoding_has_a_strong_tag_of_its_own(release: Compressed) -> None:
    tags = [headers_of(ask(release, PATH, accept_encoding=name))["etag"] for name in ("identity", *ENCODINGS)]
    assert len(set(tags)) == 3 and not any(tag.startswith("W/") for tag in tags)
    again = [headers_of(ask(release, PATH, accept_encoding=name))["etag"] for name in ("identity", *ENCODINGS)]
    assert again == tags


@pytest.mark.parametrize("encoded", ["identity", *ENCODINGS])
def test_who_has_the_copy_is_sent_nothing(release: Compressed, encoded: str) -> None:
    tag = headers_of(ask(release, PATH, accept_encoding=encoded))["etag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answered = ask(release, PATH, accept_encoding=encoded, if_none_match=held)
        assert status(answered) == 304 and body(answered) == b""
        assert headers_of(answered)["etag"] == tag and headers_of(answered)["vary"] == "Accept-Encoding"
    for other in {"identity", *ENCODINGS} - {encoded}:
        assert status(ask(release, PATH, accept_encoding=other, if_none_match=tag)) == 200


@pytest.mark.parametrize("encoded", ["identity", *ENCODINGS])
def test_the_head_is_the_answers_own(release: Compressed, encoded: str) -> None:
    whole, head = (ask(release, PATH, accept_encoding=encoded, method=method) for method in ("GET", "HEAD"))
    assert headers_of(head) == headers_of(whole) and body(head) == b""
    assert headers_of(ask(release, PATH, accept_encoding=encoded, method="HEAD", range="bytes=0-1")) == headers_of(whole)


def test_parts_are_of_the_file_as_it_is(release: Compressed) -> None:
    part = ask(release, PATH, accept_encoding="br", range="bytes=6-10")
    assert status(part) == 206 and body(part) == SCRIPT[6:11] and "content-encoding" not in headers_of(part)
    assert headers_of(part)["content-range"] == f"bytes 6-10/{len(SCRIPT)}" and headers_of(part)["vary"] == "Accept-Encoding"
    assert headers_of(part)["etag"] == headers_of(ask(release, PATH))["etag"]
    beyond = ask(release, PATH, accept_encoding="br", range=f"bytes={len(SCRIPT)}-")
    assert status(beyond) == 416 and headers_of(beyond)["content-range"] == f"bytes */{len(SCRIPT)}"
    packed_tag = headers_of(ask(release, PATH, accept_encoding="br"))["etag"]
    assert status(ask(release, PATH, accept_encoding="br", range="bytes=6-10", if_range=packed_tag)) == 200


def test_what_is_no_part_gets_the_whole(release: Compressed) -> None:
    for range_ in ("bytes=10-6", "lines=1-2", "bytes=x"):
        answered = ask(release, PATH, accept_encoding="br", range=range_)
        assert status(answered) == 200 and unpacked(answered) == SCRIPT
        assert status(ask(release, PATH, range=range_)) == 200


def test_who_does_not_take_the_file_as_it_is_never_gets_it(release: Compressed) -> None:
    assert unpacked(ask(release, PATH, accept_encoding="gzip, identity;q=0", range="bytes=0-1")) == SCRIPT
    refused = ask(release, PATH, accept_encoding="identity;q=0")
    assert status(refused) == 406 and headers_of(refused)["vary"] == "Accept-Encoding"


def test_what_does_not_shrink_is_sent_as_it_is(release: Compressed) -> None:
    answered = ask(release, "/static/media/font.woff2", accept_encoding="br, gzip")
    assert body(answered) == FONT and "vary" not in headers_of(answered) and "content-encoding" not in headers_of(answered)


@pytest.mark.parametrize("path", [
    "/", "/static/js/none.js", "/static//js/index.abc.js", "/static/js/../js/index.abc.js", "/STATIC/js/index.abc.js",
])
def test_only_the_files_of_the_release_are_packed(release: Compressed, path: str) -> None:
    assert "content-encoding" not in headers_of(ask(release, path, accept_encoding="br"))


def test_nothing_but_reading_is_answered(release: Compressed) -> None:
    assert asyncio.run(_kind_behind(release)) == ["POST"]


async def _kind_behind(release: Compressed) -> list[str]:
    seen: list[str] = []

    async def behind(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["method"])

    async def nothing(*_: Any) -> Any:
        return {}

    await Compressed(behind, release.assets)({"type": "http", "path": PATH, "method": "POST", "headers": []}, nothing, nothing)
    return seen


def test_the_rest_is_packed_in_the_background(release: Compressed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "WAIT_SECONDS", 0)
    folder = Path(release.assets.find(PATH).path).parents[2]  # type: ignore[union-attr]
    assets = Assets(folder)
    script, font = assets.find(PATH), assets.find("/static/media/font.woff2")
    assert script is not None and font is not None and script.ready("br") is None
    asyncio.run(assets.pack_the_rest())
    assert all(script.ready(name) for name in ENCODINGS) and not any(font.ready(name) for name in ENCODINGS)


def test_streamlits_release_has_what_the_pages_load() -> None:
    folder = Path(file_util.get_static_dir())
    assets = Assets(folder)
    page = (folder / "index.html").read_text(encoding="utf-8")
    script = next(part for part in page.split('"') if "static/js/index" in part)
    found = assets.find(script.lstrip("."))
    assert found is not None and found.encodings == ENCODINGS
    whole = found.path.read_bytes()
    assert brotli.decompress(found.pack("br").body) == whole and len(found.pack("br").body) < len(whole) / 2
