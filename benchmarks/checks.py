"""What the right answers are, asked from the database itself, and whether an answer is right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg

from benchmarks.client import Answer

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
UUID_BYTES = re.compile(UUID.pattern.encode())

MATCHES: LiteralString = """
    SELECT b.id::text FROM bookings AS b
    JOIN users AS c ON c.id = b.customer_id JOIN users AS p ON p.id = b.provider_id
    JOIN services AS s ON s.id = b.service_id
    WHERE c.email ILIKE %(pattern)s OR (c.profile->>'firstName') || ' ' || (c.profile->>'lastName') ILIKE %(pattern)s
        OR p.email ILIKE %(pattern)s OR (p.profile->>'firstName') || ' ' || (p.profile->>'lastName') ILIKE %(pattern)s
        OR s.title ILIKE %(pattern)s
    ORDER BY b.created_at DESC, b.id DESC LIMIT 50
"""
"""Every booking looked at, by no index."""


OVERLAPPING: LiteralString = """
    SELECT late.id::text FROM bookings AS late
    WHERE status = 'confirmed' AND scheduled_at + duration * interval '1 minute' > now() AND EXISTS (
        SELECT FROM bookings AS earlier WHERE earlier.provider_id = late.provider_id AND earlier.status = 'confirmed'
            AND (earlier.scheduled_at, earlier.id) < (late.scheduled_at, late.id)
            AND earlier.scheduled_at + earlier.duration * interval '1 minute' > late.scheduled_at)
    ORDER BY scheduled_at, id LIMIT 25
"""
"""Each compared with each of its provider."""


@dataclass
class Truth:
    """The rows as the database has them."""

    connection: psycopg.Connection[Any]
    known: dict[str, set[str]] = field(default_factory=lambda: {"bookings": set(), "users": set()})
    amounts: dict[str, str] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)

    def newest(self, skipped: int = 0) -> list[str]:
        return self._ids("SELECT id::text FROM bookings ORDER BY created_at DESC, id DESC LIMIT 50 OFFSET %s", skipped)

    def last(self) -> list[str]:
        return self._ids("SELECT id::text FROM bookings ORDER BY created_at, id LIMIT 50")[::-1]

    def by_amount(self, status: str) -> list[str]:
        return self._ids(
            "SELECT id::text FROM bookings WHERE status = %s ORDER BY total_amount DESC, id DESC LIMIT 50", status
        )

    def overlapping(self) -> list[str]:
        return self._ids(OVERLAPPING)

    def users(self) -> list[str]:
        return self._ids("SELECT id::text FROM users ORDER BY created_at DESC, id DESC LIMIT 50")

    def search(self, term: str) -> list[str]:
        if term not in self.found:
            rows = self.connection.execute(MATCHES, {"pattern": f"%{term}%"}).fetchall()
            self.found[term] = [row[0] for row in rows]
        return self.found[term]

    def keys_among(self, table: str, page: str) -> list[str]:
        """Return the keys of rows of `table` that `page` names, each once, in the order of the page."""
        named = list(dict.fromkeys(UUID.findall(page)))
        unknown = [key for key in named if key not in self.known[table]]
        if unknown:
            select: LiteralString = "bookings" if table == "bookings" else "users"
            rows = self.connection.execute(f"SELECT id::text FROM {select} WHERE id = ANY(%s::uuid[])", [unknown])
            self.known[table] |= {row[0] for row in rows}
        return [key for key in named if key in self.known[table]]

    def amounts_of(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        rows = self.connection.execute(
            "SELECT id::text, status || ' ' || total_amount FROM bookings WHERE id = ANY(%s::uuid[])", [list(keys)]
        )
        known = dict(rows.fetchall())
        return [known.get(key, "") for key in keys]

    def booking(self, key: str) -> dict[str, str]:
        with self.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            cursor.execute(
                "SELECT b.duration::text, b.total_amount::text, s.title, c.email FROM bookings AS b"
                " JOIN services AS s ON s.id = b.service_id JOIN users AS c ON c.id = b.customer_id WHERE b.id = %s",
                [key],
            )
            return cursor.fetchone()

    def _ids(self, statement: LiteralString, *values: Any) -> list[str]:
        key = statement + repr(values)
        if key not in self.found:
            self.found[key] = [row[0] for row in self.connection.execute(statement, values).fetchall()]
        return self.found[key]


def wrong_rows(truth: Truth, answer: Answer, expected: list[str], table: str, *, ties_by_id: bool) -> str | None:
    """Return in what way a list's page is wrong: another status, other rows, another order."""
    if answer.status != 200:
        return f"status {answer.status}"
    shown = truth.keys_among(table, answer.text)
    if shown == expected:
        return None
    if not ties_by_id and truth.amounts_of(shown) == truth.amounts_of(expected):
        return None
    missing, extra = set(expected) - set(shown), set(shown) - set(expected)
    if not missing and not extra:
        return "the right rows in another order"
    return f"{len(shown)} rows, {len(missing)} of the {len(expected)} expected ones missing, {len(extra)} others"


def wrong_text(answer: Answer, *parts: str) -> str | None:
    """Return what a page does not say that it should."""
    if answer.status != 200:
        return f"status {answer.status}"
    text = answer.text
    missing = [part for part in parts if part not in text]
    return f"without {', '.join(missing)}" if missing else None


def wrong_file(answer: Answer, rows: int) -> str | None:
    """Return whether a CSV file has other than so many rows below its header."""
    if answer.status != 200:
        return f"status {answer.status}"
    lines = answer.body.count(b"\n") - 1
    return None if lines == rows else f"{lines} rows instead of {rows}"


def wrong_keys(answer: Answer, expected: set[bytes]) -> str | None:
    """Return whether a CSV file lacks rows that it should have."""
    missing = expected - set(UUID_BYTES.findall(answer.body))
    return f"{len(missing)} rows missing" if missing else None
