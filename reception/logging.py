"""Logging: one JSON line an event on stderr, with static texts and identifiers only."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType

import structlog

log = structlog.get_logger()

#: Libraries that would quote addresses, numbers and frames if somebody turned all logs on.
TALKATIVE = ("httpcore", "httpx", "sqlalchemy", "twilio", "urllib3", "websockets")


def configure_logging(level: int = logging.INFO) -> None:
    """Sets up structlog for this process; stdout stays free for results."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,  # which conversation it is about
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for library in TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("asyncio").addFilter(_unquoted)


def _unquoted(record: logging.LogRecord) -> bool:
    """Whether a line of asyncio's own may be written as it is.

    A task that failed unseen is told with its exception's text and its arguments: we tell where it failed.
    """
    if record.levelno < logging.WARNING:
        return True
    error = record.exc_info[1] if record.exc_info else None
    log.error("task_failed", error=type(error).__name__, where=where(error) if error else [])
    return False


def where(error: BaseException) -> list[str]:
    """The places an error came through, innermost last: files and lines, never a message or a value.

    The text of a foreign exception may quote what a patient said, so it is left out of the log.
    """
    return [
        f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
        for frame in _frames(error.__traceback__)
    ][-6:]


def _frames(first: TracebackType | None) -> list[TracebackType]:
    frames = []
    while first is not None:
        frames.append(first)
        first = first.tb_next
    return frames
