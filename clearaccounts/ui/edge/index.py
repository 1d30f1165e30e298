"""The one HTML page that carries the application: Streamlit's, with our style and title, and the content policy that fits it."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import lru_cache
from pathlib import Path

STYLE = Path(__file__).parents[1] / "style.css"
# Streamlit looks for its server under the page's address first and at the root second, which puts two failed
# requests into the console of every deep link. Told where it is, it asks once.
_WHERE = "window.__streamlit={BACKEND_BASE_URL:window.location.origin+'/'}"
_INLINE = re.compile(r"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)


@lru_cache(maxsize=4)
def dress(html: bytes) -> tuple[bytes, str]:
    """Streamlit's index page with our style and title, and the content policy that allows its scripts and no others."""
    text = html.decode("utf-8")
    text = re.sub(r"<title>[^<]*</title>", "<title>Clear Accounts</title>", text)
    text = re.sub(r'<link rel="service-desc"[^>]*>', "", text)
    text = re.sub(r"<noscript>.*?</noscript>", "<noscript>Clear Accounts needs JavaScript.</noscript>", text, flags=re.DOTALL)
    style = re.sub(r"\s+", " ", STYLE.read_text(encoding="utf-8"))
    text = text.replace("</title>", f"</title><style>{style}</style><script>{_WHERE}</script>", 1)
    return text.encode(), content_policy(" ".join(script_hashes(text)))


def script_hashes(html: str) -> list[str]:
    """The hash of every script that stands in the page itself, as a content policy names it."""
    return [f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in _INLINE.findall(html)]


def content_policy(hashes: str = "") -> str:
    """The Content-Security-Policy: everything from here, nothing evaluated, nobody may frame us."""
    return "; ".join((
        "default-src 'self'",
        f"script-src 'self' {hashes}".rstrip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ))
