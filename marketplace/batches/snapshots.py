"""Rows at a moment: what changed between two, and whether a row is still as it was left."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from marketplace.audit import plain_value
from marketplace.database import Base

Snapshot = Mapping[str, Any]
"""Column to value, as JSON holds it."""


def snapshot(row: Base) -> Snapshot:
    """Return the values of `row`, those aside that are not read along with it."""
    loaded = row.__dict__
    return {name: plain_value(loaded[name]) for name in _columns(type(row)) if name in loaded}


def changes_between(before: Snapshot, after: Snapshot) -> dict[str, tuple[Any, Any]]:
    """Return the fields that differ, with both values."""
    return {name: (before.get(name), new) for name, new in after.items() if before.get(name) != new}


def digest(values: Snapshot) -> str:
    """Return what tells `values` from any others: SHA-256, hexadecimal."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache
def _columns(model: type[Base]) -> tuple[str, ...]:
    return tuple(each.key for each in sa.inspect(model).column_attrs if not each.deferred)
