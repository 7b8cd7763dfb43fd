"""The rows of the four marketplace tables as they are written: JSON is text, so that it may be malformed."""

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any, NamedTuple


class UserRow(NamedTuple):
    id: uuid.UUID
    email: str
    password: str
    role: str
    profile: str
    created_at: dt.datetime | None
    updated_at: dt.datetime | None


class ServiceRow(NamedTuple):
    id: uuid.UUID
    provider_id: uuid.UUID
    title: str
    description: str
    category: str
    price: Decimal
    currency: str | None
    duration: int
    availability: str
    images: str | None
    is_active: bool | None
    created_at: dt.datetime | None


class BookingRow(NamedTuple):
    id: uuid.UUID
    customer_id: uuid.UUID
    service_id: uuid.UUID
    provider_id: uuid.UUID
    status: str
    scheduled_at: dt.datetime
    duration: int
    total_amount: Decimal
    notes: str | None
    created_at: dt.datetime | None


class TokenRow(NamedTuple):
    id: uuid.UUID
    email: str
    token: str
    expires_at: dt.datetime
    is_used: bool | None
    created_at: dt.datetime | None


Row = UserRow | ServiceRow | BookingRow | TokenRow


class NotJSON(str):
    """Text that is no JSON: stored as it is where the database takes it, else as a JSON string."""

    __slots__ = ()


def json_text(value: Any, *, any_text: bool) -> str:
    """Return `value` as SQLAlchemy, and so the API, writes it: ASCII only."""
    if isinstance(value, NotJSON) and any_text:
        return str(value)
    return json.dumps(value)
