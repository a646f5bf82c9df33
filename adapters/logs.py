"""Logs: a line each on stderr, as text or JSON; never on stdout, which is the protocol's."""

import json
import logging
import sys
import time

from ..application.record import REQUEST_ID
from ..application.settings import ServerSettings
from ..domain.redaction import redact


class Text(logging.Formatter):
    """A line of text, the exception behind it, and the id of the call it is about; secrets are redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """The record without secrets."""
        request_id = REQUEST_ID.get()
        return redact(super().format(record))[0] + (f" [{request_id}]" if request_id else "")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, exception, and the id of the call it is about."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line without secrets."""
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage())[0],
        }
        if request_id := REQUEST_ID.get():
            entry["request_id"] = request_id
        if record.exc_info:
            entry["exception"] = redact(self.formatException(record.exc_info))[0]
        return json.dumps(entry, ensure_ascii=False)


def configure_logging(settings: ServerSettings) -> None:
    """Send Kubeport's and its libraries' logs to stderr at the level and in the format set."""
    handler = logging.StreamHandler(sys.stderr)
    text = Text("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if settings.log_format == "json" else text)
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
