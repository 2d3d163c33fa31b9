"""One JSON line per event; personal data is redacted after the traceback is rendered."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from flask import has_request_context, request

REQUEST_ID = "stations.request_id"
_RESERVED = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRETS = (
    # From where a run of such signs begins, and without going back into it: linear in any text.
    (re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.-]+"), "<email>"),
    (re.compile(r"\+?\d[\d ()-]{8,}\d"), "<number>"),
    (re.compile(r"\b[A-Z]{1,2}\d{7,9}\b"), "<passport>"),
    (re.compile(r"/(c|v|o|w|g|offer)/[\w-]+"), r"/\1/<token>"),
    (re.compile(r"(DETAIL:\s+).*"), r"\1<redacted>"),  # PostgreSQL repeats the row's values here
)


def redacted(line: str) -> str:
    """Return the text without e-mail addresses, telephone and passport numbers, or link tokens."""
    for pattern, replacement in _SECRETS:
        line = pattern.sub(replacement, line)
    return line


def one_line(text: str) -> str:
    """Return the text with its control signs written out, so that it cannot forge a second line."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def request_name() -> str:
    """Return the name of the request that is being answered, which joins all its lines; or nothing."""
    return str(request.environ.get(REQUEST_ID, "")) if has_request_context() else ""


class JsonFormatter(logging.Formatter):
    """Renders a record as one line of JSON, so that no text can forge a second line."""

    def format(self, record: logging.LogRecord) -> str:
        extra = {k: v for k, v in vars(record).items() if k not in _RESERVED}
        event = {
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": redacted(record.getMessage()),
            **{k: redacted(v) if isinstance(v, str) else v for k, v in extra.items()},
        }
        name = request_name()
        if name:
            event["request"] = name
        if record.exc_info:
            event["trace"] = redacted(self.formatException(record.exc_info))
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"at": at, **event}, ensure_ascii=False, default=str)


def configure(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait is no event
