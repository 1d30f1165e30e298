"""A log line: one JSON object, without what is personal or secret.

Three things keep it so. Our own events have names and numbers of ours for fields, and nothing else. Of an error its type and its
place in the code are written, and of its words only the template of one of our own sentences. Whatever text is left, ours or a
library's, loses what looks like an address, an account, a token, a password or a query string; and of a library's message
only the numbers among its values are written.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import re
import sys
import threading
import traceback
import warnings
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from clearaccounts import log
from clearaccounts.errors import ClearAccountsError
from clearaccounts.settings import ROOT, Log

OURS = "clearaccounts"
REMOVED = "[removed]"
_MOST_CHARACTERS = 1000
_MOST_FRAMES = 60
# Libraries whose everyday words are about addresses and answers; their warnings are kept.
_QUIET = ("httpx", "httpcore", "authlib", "urllib3", "PIL", "fontTools", "sqlalchemy", "asyncio", "uvicorn.access", "watchdog")
# What our fields hold: ids, names of queries, pages and events; no address of a person has such a form.
_NAME = re.compile(r"[\w:.*/-]{1,80}")
_SECRETS = (
    # A header and its whole value; a key and its value, as in a query string, a form or JSON.
    (re.compile(r"(?i)\b(authorization|(?:set-)?cookie)(\"?\s*[:=]\s*).*"), r"\1\2" + REMOVED),
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+"), r"\1 " + REMOVED),
    (re.compile(
        r"(?i)\b([\w-]*(?:code|state|nonce|token|secret|password|passwd|pwd|passphrase|api[-_]?key|assertion|verifier|login_hint))"
        r"(\"?\s*[=:]\s*\"?)[^\s\"'&;,]+"), r"\1\2" + REMOVED),
    (re.compile(r"(?<=://)[^/\s\"'@]*(?:@[^/\s\"'@]*)*@"), REMOVED + "@"),
    (re.compile(r"\?[^\s\"'<>)]+"), "?" + REMOVED),
    (re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+"), REMOVED),
    (re.compile(r"\beyJ[\w-]+(?:\.[\w-]*)*"), REMOVED),
    # A bank account, international or in digits; a token that is only long.
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"), REMOVED),
    (re.compile(r"\b\d(?:[ -]?\d){8,}\b"), REMOVED),
    (re.compile(r"[\w.~+/-]{40,}=*"), REMOVED),
)


def _own(text: str) -> str:
    """An id or a name of ours as it is; whatever has no such form like any other text."""
    return text if _NAME.fullmatch(text) else clean(text)


def clean(text: str) -> str:
    """`text` in one line, without what looks personal or secret."""
    found = " ".join(text.split())[:_MOST_CHARACTERS * 4]
    for pattern, instead in _SECRETS:
        found = pattern.sub(instead, found)
    return found[:_MOST_CHARACTERS]


class Line(logging.Formatter):
    """One record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        fields = getattr(record, "clearaccounts", None)
        if fields is None:
            line["message"] = clean(_words(record))
        else:
            line["event"] = record.msg
            line |= {key: _own(value) if isinstance(value, str) else value for key, value in fields.items()}
        request = log.current()
        if request is not None:
            said = {"request_id": request.request_id, "session": request.session, "person": request.person, "page": request.page}
            line |= {key: _own(value) for key, value in said.items() if value}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["errors"] = _errors(error)
        return json.dumps(line, ensure_ascii=True, separators=(",", ":"), default=lambda value: type(value).__name__)


def _words(record: logging.LogRecord) -> str:
    """A message's words: ours as they are, of a library's values only the numbers."""
    is_ours = record.name == OURS or record.name.startswith(OURS + ".")
    given: Any = record.args
    if not given:
        return str(record.msg) if not isinstance(record.msg, BaseException) else _sentence(record.msg)
    values = given.values() if isinstance(given, dict) else given
    said = {id(value): _value(value, is_ours=is_ours) for value in values}
    try:
        shown = {key: said[id(value)] for key, value in given.items()} if isinstance(given, dict) else tuple(said[id(v)] for v in values)
        return str(record.msg) % shown
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def _value(value: object, *, is_ours: bool) -> object:
    match value:
        case bool() | int() | float() | None:
            return value
        case BaseException():
            return _sentence(value)
        case str() if is_ours:
            return value
        case _:
            return "…"


def _sentence(error: BaseException) -> str:
    """What may be said of an error: the template of a sentence of ours, else its type."""
    return error.template if isinstance(error, ClearAccountsError) else type(error).__name__


def _errors(error: BaseException) -> list[dict[str, Any]]:
    """The error and those behind it, the newest first: type, frames from the outermost in, our own sentence's template."""
    found: list[dict[str, Any]] = []
    one: BaseException | None = error
    while one is not None and len(found) < 5:
        said: dict[str, Any] = {"type": type(one).__name__}
        if isinstance(one, ClearAccountsError):
            said["template"] = clean(one.template)
        said["frames"] = _frames(one.__traceback__)
        found.append(said)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)][-_MOST_FRAMES:]


def _place(filename: str) -> str:
    """Where a file is in our source or among the installed packages, without the machine's folders."""
    path = Path(filename)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return path.relative_to(ROOT).as_posix()
    parts = path.parts
    start = max((number + 1 for number, part in enumerate(parts) if part in {"site-packages", "dist-packages"}), default=len(parts) - 2)
    return "/".join(parts[max(start, 0):])


def start(settings: Log) -> None:
    """From now on every line of this process is JSON: on standard error, or in the file that the settings name.

    What libraries have set up for themselves is taken away. The file may be moved away while we write, as logrotate does.

    Raises:
        OSError: the file cannot be opened.
    """
    handler: logging.Handler = (
        logging.handlers.WatchedFileHandler(settings.file, encoding="utf-8") if settings.file else logging.StreamHandler(sys.stderr)
    )
    handler.setFormatter(Line())
    root = logging.getLogger()
    for other in root.handlers[:]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    for name in list(logging.Logger.manager.loggerDict):
        lead_to_root(logging.getLogger(name))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.showwarning = _warned
    sys.excepthook = _fell
    threading.excepthook = _thread_fell
    sys.unraisablehook = lambda one: _fell(one.exc_type, one.exc_value, one.exc_traceback)


def lead_to_root(logger: logging.Logger) -> None:
    """Take a logger's own handlers away, so that what it says goes where everything goes."""
    for handler in logger.handlers[:]:
        if not isinstance(handler, logging.NullHandler):
            logger.removeHandler(handler)
    logger.propagate = True


def _warned(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_more: object, **_named: object) -> None:
    """Its kind and its place; what it says may hold a value."""
    logging.getLogger("py.warnings").warning(f"{category.__name__} at {_place(filename)}:{lineno}")


def _fell(kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
    if kind is not None and error is not None and not issubclass(kind, KeyboardInterrupt):
        logging.getLogger(OURS).critical("Nobody caught this.", exc_info=(kind, error, trace))


def _thread_fell(fallen: threading.ExceptHookArgs) -> None:
    _fell(fallen.exc_type, fallen.exc_value, fallen.exc_traceback)
