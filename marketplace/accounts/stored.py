"""Stored profiles, of which an edit changes some keys: whether all else in them can be written back as it is."""

import json
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.database import session_of
from marketplace.words import gettext as _

DEEPEST = 200
"""Levels of lists and objects within each other that are written back; far more end in RecursionError."""


def patchable_profile(user: User) -> dict[str, Any] | None:
    """Return the stored profile where some keys of it can be changed and nothing else is; None where it cannot be so.

    Unlike `User.profile` it is also returned where a text in it is half a surrogate pair, which no page can show.
    """
    column: sa.ColumnElement[Any] = sa.cast(User.profile, sa.Text if _is_postgresql(user) else sa.LargeBinary)
    text = session_of(user).scalar(sa.select(column).where(User.id == user.id))
    return read_faithfully(text or "")


def profile_refusal() -> str:
    """Say why a profile is left as it is that cannot be written back."""
    return _(
        "The stored profile cannot be changed here: it is no set of names and values, names something twice or holds "
        "a number that no program can write back, so a part of it would be lost. Ask an administrator."
    )


def read_faithfully(text: str | bytes) -> dict[str, Any] | None:
    """Return the JSON object in `text` where writing it again says the same; an empty one where nothing is held."""
    try:
        written = text.decode() if isinstance(text, bytes) else text
        if not written.strip():
            return {}
        value = json.loads(written, object_pairs_hook=_each_once, parse_float=_exact, parse_constant=_no_number)
        if _is_deeper(value, DEEPEST):
            return None
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        return value
    return {} if value in (None, "", []) else None


def is_whole(value: Any) -> bool:
    """Whether `value` is text that a page can show: no half of a surrogate pair is in it."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _exact(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or Decimal(repr(number)) != Decimal(text):
        raise ValueError("more figures than a number holds")
    return number


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _is_deeper(value: Any, most: int) -> bool:
    level = [value]
    for _depth in range(most):
        level = [
            each
            for held in level
            if isinstance(held, (dict, list))
            for each in (held.values() if isinstance(held, dict) else held)
        ]
    return bool(level)


def _is_postgresql(user: User) -> bool:
    return session_of(user).get_bind().dialect.name == "postgresql"
