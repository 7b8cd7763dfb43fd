"""The log: one JSON object a line, so that no line break in a value can forge another."""

import logging
import sys
import traceback
from collections.abc import Iterator

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import EventDict, WrappedLogger

from config import Settings


def init_logs(settings: Settings) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_of_the_error,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def _tell_of_the_error(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Write the traceback, of each message its first line: PostgreSQL puts the whole failing row into the next ones."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exception()
    if isinstance(error, BaseException):
        text = "".join(traceback.format_exception(error))
        for each in _chain(error):
            message = str(each)
            if isinstance(each, (SQLAlchemyError, psycopg.Error)) and "\n" in message:
                text = text.replace(message, message.split("\n", 1)[0])
        event["exception"] = text
    return event


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and those that led to it, the longest message first: one may hold another's."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    yield from sorted(found, key=lambda each: -len(str(each)))
