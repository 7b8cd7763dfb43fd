"""What a spreadsheet would run, and values as a file shows them: the same in Python and in PostgreSQL (CWE-1236)."""

import datetime as dt
import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement

from marketplace.database import EARLIEST, LATEST

# Both kinds of regular expressions understand these escapes and none of the classes, which differ between them.
SKIPPED = r"\u0001-\u0020\u0022\u0027\u007f\u0085\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
"""Blanks, control characters and quotes, which a spreadsheet passes over."""
RUN = r"=+@|%\u002d\uff0b\uff0d\uff1d\uff20"  # Full-width signs run, too.
FORMULA = re.compile(rf"[\u0000{SKIPPED}]*[{RUN}]")


def shown(value: Any) -> str:
    """Return `value` as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds")
    if not isinstance(value, str):
        return str(value)
    return f"'{value}" if FORMULA.match(value) else value


def shown_column(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the expression of `shown`, for PostgreSQL in the zone UTC and the style ISO of dates."""
    text = sa.cast(column, sa.Text)
    if isinstance(column.type, sa.Boolean):
        return sa.case((column, "True"), (~column, "False"), else_="")
    if isinstance(column.type, sa.Integer | sa.Numeric | sa.Uuid):
        return sa.func.coalesce(text, "")
    if column.type.python_type is dt.datetime:
        return sa.case(
            (column > LATEST, shown(LATEST)),
            (column < EARLIEST, shown(EARLIEST)),
            else_=sa.func.coalesce(sa.func.replace(sa.func.left(text, 19), " ", "T").concat("+00:00"), ""),
        )
    first = sa.func.ascii(text)
    return sa.case(
        (first.between(ord("A"), ord("z")), text),  # Nearly all, and for a tenth of what the expression costs.
        (first.between(ord("0"), ord("9")), text),
        (text.regexp_match(f"^[{SKIPPED}]*[{RUN}]"), sa.literal("'", sa.Text).concat(text)),
        else_=sa.func.coalesce(text, ""),
    )
