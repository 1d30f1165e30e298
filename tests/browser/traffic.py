"""How much a browser was sent, as it came over the line: heads and bodies of the answers, packed where they were packed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page


class Traffic:
    """Counts from now on what a page receives; requests of its workers are not counted (ours has none)."""

    def __init__(self, page: Page) -> None:
        self.answers = 0
        # Bytes of finished answers by where they came from; what the browser had already is nothing.
        self.bytes_by_url: dict[str, int] = {}
        # What the open connection brought, before the line packs it.
        self.socket_bytes = 0
        self._urls: dict[str, str] = {}
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")
        self._session.on("Network.requestWillBeSent", self._asked)
        self._session.on("Network.loadingFinished", self._answered)
        self._session.on("Network.webSocketFrameReceived", self._heard)

    @property
    def bytes(self) -> int:
        """All of it."""
        return sum(self.bytes_by_url.values()) + self.socket_bytes

    def _asked(self, event: Mapping[str, Any]) -> None:
        self._urls[event["requestId"]] = event["request"]["url"]

    def _answered(self, event: Mapping[str, Any]) -> None:
        url = self._urls.get(event["requestId"], "")
        self.answers += 1
        self.bytes_by_url[url] = self.bytes_by_url.get(url, 0) + int(event["encodedDataLength"])

    def _heard(self, event: Mapping[str, Any]) -> None:
        content, is_text = event["response"]["payloadData"], event["response"]["opcode"] == 1
        self.socket_bytes += len(content) if is_text else len(content) * 3 // 4
