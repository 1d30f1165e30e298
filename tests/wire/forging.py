"""What somebody might put into a cookie: values of one's own making, signed or not, old or new."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from tests.wire.client import USER
from tests.wire.servers import COOKIE_SECRET

TOKENS = "_streamlit_user_tokens"


def signed(content: Mapping[str, Any] | str, *, secret: str = COOKIE_SECRET, name: str = USER, seconds_ago: int = 0) -> str:
    """A cookie's value, signed as the server signs it, so long ago."""
    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - seconds_ago

    text = content if isinstance(content, str) else json.dumps(dict(content))
    return str(URLSafeTimedSerializer(secret, salt=name, signer=Then).dumps(text))


def opened(value: str, *, secret: str = COOKIE_SECRET, name: str = USER) -> dict[str, Any]:
    """What a cookie's value says."""
    found: dict[str, Any] = json.loads(URLSafeTimedSerializer(secret, salt=name).loads(value))
    return found
