"""Logs: a line each on stderr, as text or JSON; never on stdout, which is the protocol's."""

import hashlib
import json
import logging
import re
import sys
import time

from ..application.record import REQUEST_ID
from ..application.settings import ServerSettings
from ..domain.redaction import redact

_ID = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}(?![0-9a-f])")
"""An id as the SDK makes it for a session: a UUID, with or without its dashes."""


def without_secrets(text: str) -> str:
    """*text* redacted, and the hash of each id in its place, by which the audit knows sessions.

    Who has the id of a session has the session where there is no authentication, and the SDK logs it.
    """
    return redact(_ID.sub(_hashed, text))[0]


def _hashed(found: re.Match[str]) -> str:
    plain = found[0].replace("-", "").lower()
    return "#" + hashlib.sha256(plain.encode()).hexdigest()[:16]


class Text(logging.Formatter):
    """A line of text, the exception behind it, and the id of the call it is about; secrets are redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """The record without secrets."""
        request_id = REQUEST_ID.get()
        return without_secrets(super().format(record)) + (f" [{request_id}]" if request_id else "")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, exception, and the id of the call it is about."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line without secrets."""
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if request_id := REQUEST_ID.get():
            entry["request_id"] = request_id
        if record.exc_info:
            entry["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def configure_logging(settings: ServerSettings) -> None:
    """Send Kubeport's and its libraries' logs to stderr at the level and in the format set."""
    handler = logging.StreamHandler(sys.stderr)
    text = Text("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if settings.log_format == "json" else text)
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    # what it does step by step when it starts and ends is for who looks for a fault
    quiet = logging.WARNING if settings.log_level == "info" else logging.NOTSET
    logging.getLogger("uvicorn.error").setLevel(quiet)
