"""Structured logs: one JSON object a line on standard error.

A line names the event and identifiers. It never holds personal data or secrets: no query
strings, no bodies, no headers, no texts of exceptions that may quote input.
"""

import logging
import sys
from contextvars import ContextVar

import orjson
import structlog
from structlog.tracebacks import extract

request_id: ContextVar[str] = ContextVar("request_id", default="")

Logger = structlog.typing.FilteringBoundLogger


def _add_request_id(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if current := request_id.get():
        event.setdefault("request_id", current)
    return event


def _without_text(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Tell an exception by its type and where it arose: its text may quote input."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        trace = extract(type(error), error, error.__traceback__)
        event["exception"] = [
            {
                "type": stack.exc_type,
                "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in stack.frames],
            }
            for stack in trace.stacks
        ]
    return event


def _line(event: dict[str, object], **_options: object) -> str:
    """Return an event as JSON in one line; what JSON has no form for, as its own description."""
    return orjson.dumps(event, default=repr).decode()


def configure(level: str) -> None:
    """Send our logs and those of the libraries as JSON lines to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_text,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_line)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processor=structlog.processors.JSONRenderer(ensure_ascii=False),
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("pymongo").setLevel(logging.WARNING)


def get(name: str) -> Logger:
    """Return the logger of a module."""
    logger: Logger = structlog.get_logger(module=name)
    return logger
