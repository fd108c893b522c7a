"""One line for each request and event, as text or JSON; never a secret, a query string or a cookie.

    log.event("sign_in", user=...)                    something happened
    log.warning("listener_lost", reason=...)          someone may want to look
    log.failure("request_failed", error, ...)         a fault of ours, with its traceback in the same line
    log.request("GET", "/login", 200, 1.7, ...)       a request, by path without query

Under systemd each line begins with its priority, so that `journalctl -p err` shows errors alone (sd-daemon(3)).
"""

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import Any

_LOGGER = logging.getLogger("pocketid")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
_NUMBERS = (bool, int, float)
_LONGEST_VALUE = 512
_LONGEST_TRACE = 8192
# What would begin a new line, move a terminal's cursor, or show text in another order than it has.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PLAIN = re.compile(r"[\w.:/@+%*,\[\]-]+")
_SECRETS = (
    re.compile(r"(/(?:lc|st|invitation)/)[^\s/?\"']+"),
    re.compile(r"(?i)(\b(?:code|token|\w+_token|\w*secret|\w*assertion|password)=)[^\s&\"']+"),
    re.compile(r"(?i)(\b(?:bearer|basic|dpop) )[^\s\"',;]{8,}"),
    re.compile(r"()\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"),
)
_MAY_BE_SECRET = re.compile(r"/(?:lc|st|invitation)/|[= ]|eyJ")  # each of the above needs one of these
_QUIET = {"/healthz", "/health"}


def configure(level: str, *, as_json: bool, priority_prefix: bool) -> None:
    """Send everything, that of our libraries too, to standard error in one form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(as_json=as_json, priority_prefix=priority_prefix))
    threading.excepthook = lambda thrown: failure(
        "thread_failed", thrown.exc_value or thrown.exc_type(), thread=thrown.thread and thrown.thread.name
    )
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # nobody is told
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(_LEVELS[level])


def event(name: str, /, **fields: Any) -> None:
    """Something happened that an operator may want to read later."""
    _tell(logging.INFO, name, fields)


def warning(name: str, /, **fields: Any) -> None:
    """Something is not as it should be, and the program goes on."""
    _tell(logging.WARNING, name, fields)


def failure(name: str, error: BaseException, /, **fields: Any) -> None:
    """A fault of ours: what was tried, the error, and where it came from, in one line."""
    trace = "".join(traceback.format_exception(error))[-_LONGEST_TRACE:]
    _tell(logging.ERROR, name, {**fields, "error": repr(error)}, trace)


def request(method: str, path: str, status: int, milliseconds: float, /, **fields: Any) -> None:
    """A request that was answered. Health checks and files are told at level debug, so that they fill no journal."""
    is_quiet = status < 400 and (path in _QUIET or path.startswith("/static/"))
    level = logging.DEBUG if is_quiet else logging.INFO
    shown = {"method": method, "path": path, "status": status, "ms": round(milliseconds, 1), **fields}
    _tell(level, "request", shown)


def redacted(text: str) -> str:
    """The text without anything that looks like a code, a token or a credential: the second line of defence."""
    if not _MAY_BE_SECRET.search(text):
        return text
    for secret in _SECRETS:
        text = secret.sub(r"\1***", text)
    return text


def _tell(level: int, name: str, fields: dict[str, Any], trace: str | None = None) -> None:
    """As Logger.log, but without its walk up the stack for a file and line that nobody is told."""
    if _LOGGER.isEnabledFor(level):
        extra = {"fields": fields, "trace": trace}
        _LOGGER.handle(_LOGGER.makeRecord(_LOGGER.name, level, "", 0, name, (), None, extra=extra))


class _Lines(logging.Formatter):
    """Turns a record into its one line."""

    def __init__(self, *, as_json: bool, priority_prefix: bool) -> None:
        super().__init__()
        self._as_json = as_json
        self._priority_prefix = priority_prefix

    def format(self, record: logging.LogRecord) -> str:
        given = getattr(record, "fields", None)
        fields = {name: _shown(value) for name, value in (given or {}).items() if value is not None}
        if given is None:  # a library's own message
            fields = {"logger": record.name}
        trace = getattr(record, "trace", None) or (record.exc_info and self.formatException(record.exc_info))
        if trace:
            fields["trace"] = redacted(str(trace))
        message = redacted(record.getMessage())
        line = self._json(record, message, fields) if self._as_json else self._text(record, message, fields)
        return f"<{_PRIORITIES.get(record.levelno, 6)}>{line}" if self._priority_prefix else line

    def _json(self, record: logging.LogRecord, message: str, fields: dict[str, Any]) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": at, "level": record.levelname.lower(), "event": message, **fields})

    def _text(self, record: logging.LogRecord, message: str, fields: dict[str, Any]) -> str:
        pairs = (f"{name}={_quoted(value)}" for name, value in fields.items())
        head = record.levelname if self._priority_prefix else f"{self._clock(record)} {record.levelname}"
        return " ".join((head, _escaped(message), *pairs))

    def _clock(self, record: logging.LogRecord) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def _shown(value: Any) -> Any:
    return value if isinstance(value, _NUMBERS) else redacted(str(value))[:_LONGEST_VALUE]


def _quoted(value: Any) -> str:
    text = str(value)
    if _PLAIN.fullmatch(text):
        return text
    return '"' + _escaped(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _escaped(text: str) -> str:
    """Control characters as escapes: whatever somebody sends, a line stays one line."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
