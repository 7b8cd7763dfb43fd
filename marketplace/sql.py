"""Functions in statements that both databases know, each in its own way."""

import datetime as dt
import hashlib
import json
import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from marketplace.database import UtcDateTime, read_json


class database_now(FunctionElement[dt.datetime]):  # noqa: N801 - it reads as the SQL function it is
    """This moment by the database's clock, which all writers share."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(database_now)
def _postgresql_now(_element: database_now, _compiler: SQLCompiler, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(database_now, "sqlite")
def _sqlite_now(_element: database_now, _compiler: SQLCompiler, **_: Any) -> str:
    return _sqlite_moment("'now'")


class statement_began(FunctionElement[dt.datetime]):  # noqa: N801 - it reads as the SQL function it is
    """When this statement began, by the database's clock: a moment that stands still, so that an index can tell which
    rows are before and after it. What waits for a lock first has to ask for `database_now`."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(statement_began)
def _postgresql_statement_began(_element: statement_began, _compiler: SQLCompiler, **_: Any) -> str:
    return "statement_timestamp()"


@compiles(statement_began, "sqlite")
def _sqlite_statement_began(_element: statement_began, _compiler: SQLCompiler, **_: Any) -> str:
    return _sqlite_moment("'now'")


def _sqlite_moment(arguments: str) -> str:
    """Write a moment as `_SqliteMoment` does: without a fraction where there is none."""
    return f"replace(strftime('%Y-%m-%d %H:%M:%f000', {arguments}), '.000000', '')"


class minutes_later(FunctionElement[dt.datetime]):  # noqa: N801 - it reads as the SQL function it is
    """`minutes_later(moment, minutes)`: the moment so many minutes after another, both of them columns."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(minutes_later)
def _postgresql_minutes_later(element: minutes_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, minutes = (compiler.process(part, **options) for part in element.clauses)
    return f"({moment} + {minutes} * interval '1 minute')"


@compiles(minutes_later, "sqlite")
def _sqlite_minutes_later(element: minutes_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, minutes = (compiler.process(part, **options) for part in element.clauses)
    return _sqlite_moment(f"{moment}, {minutes} || ' minutes'")


class content_digest(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """`content_digest(column, ...)`: what tells the values of these columns from any others: SHA-256, hexadecimal."""

    type = sa.String(64)
    inherit_cache = True


@compiles(content_digest)
def _postgresql_content_digest(element: content_digest, compiler: SQLCompiler, **options: Any) -> str:
    texts = (f"CAST({compiler.process(part, **options)} AS text)" for part in element.clauses)
    # Each with its length before it, so that no text means the same elsewhere; what is NULL has none.
    whole = " || ".join(f"coalesce(length({text}) || ':' || {text}, '-')" for text in texts)
    return f"encode(sha256(convert_to({whole}, 'UTF8')), 'hex')"


@compiles(content_digest, "sqlite")
def _sqlite_content_digest(element: content_digest, compiler: SQLCompiler, **options: Any) -> str:
    return f"content_digest({', '.join(compiler.process(part, **options) for part in element.clauses)})"


class sha256_hex(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """`sha256_hex(text)`: SHA-256 of a text in UTF-8, hexadecimal."""

    type = sa.String(64)
    inherit_cache = True


@compiles(sha256_hex)
def _postgresql_sha256_hex(element: sha256_hex, compiler: SQLCompiler, **options: Any) -> str:
    return f"encode(sha256(convert_to({compiler.process(element.clauses, **options)}, 'UTF8')), 'hex')"


@compiles(sha256_hex, "sqlite")
def _sqlite_sha256_hex(element: sha256_hex, compiler: SQLCompiler, **options: Any) -> str:
    return f"sha256_hex({compiler.process(element.clauses, **options)})"


class text_position(FunctionElement[int]):  # noqa: N801 - it reads as the SQL function it is
    """`text_position(text, part)`: where `part` begins in `text`: 1, 2, 3, ...; 0 where it is not in it."""

    type = sa.Integer()
    inherit_cache = True


@compiles(text_position)
def _postgresql_text_position(element: text_position, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({', '.join(compiler.process(part, **options) for part in element.clauses)})"


@compiles(text_position, "sqlite")
def _sqlite_text_position(element: text_position, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({', '.join(compiler.process(part, **options) for part in element.clauses)})"


class uuid_text(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """`uuid_text(column)`: an id as Python writes it, which is how the audit log holds the ids of its subjects."""

    type = sa.String(64)
    inherit_cache = True


@compiles(uuid_text)
def _postgresql_uuid_text(element: uuid_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS text)"


@compiles(uuid_text, "sqlite")
def _sqlite_uuid_text(element: uuid_text, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    parts = (f"substr({column}, {begin}, {length})" for begin, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12)))
    return "(" + " || '-' || ".join(parts) + ")"


UNREADABLE_ESCAPES = (
    r"\\u0000"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
"""JSON escapes of NUL and of half surrogate pairs, as a PostgreSQL regular expression."""


class json_words(FunctionElement[str]):  # noqa: N801 - it reads as the SQL function it is
    """`json_words(document, key, ...)`: the texts under keys of a JSON object with a blank between; else none."""

    type = sa.Text()
    inherit_cache = True


@compiles(json_words)
def _postgresql_json_words(element: json_words, compiler: SQLCompiler, **options: Any) -> str:
    document, *keys = (compiler.process(part, **options) for part in element.clauses)
    # PostgreSQL stores escapes in a json column that no text can hold, and fails when it is to read them. The look for
    # any escape at all comes first: it takes a hundredth of the other's time.
    text = f"CAST({document} AS text)"
    readable = rf"strpos({text}, '\u') = 0 OR {text} !~ '{UNREADABLE_ESCAPES}'"
    words = " || ' ' || ".join(f"coalesce({document} ->> {key}, '')" for key in keys)
    return f"(CASE WHEN {readable} THEN {words} ELSE '' END)"


@compiles(json_words, "sqlite")
def _sqlite_json_words(element: json_words, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_words({', '.join(compiler.process(part, **options) for part in element.clauses)})"


def lock_word(session: Session, word: str) -> None:
    """Let nobody else pass here with the same word before this transaction ends.

    SQLite lets one transaction write at a time as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8], signed=True)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.literal(key, sa.BigInteger()))))


# -- What SQLite has to be taught -----------------------------------------------------------


def teach(connection: sqlite3.Connection) -> None:
    """Give an SQLite connection the functions that statements use there."""
    # SQLite's own lower() knows ASCII only; searches are to ignore case in every script.
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.create_function("json_words", -1, _json_words, deterministic=True)
    connection.create_function("content_digest", -1, _content_digest, deterministic=True)
    connection.create_function("sha256_hex", 1, _sha256_hex, deterministic=True)
    connection.create_function("user_search_text", 2, _user_search_text, deterministic=True)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _content_digest(*values: Any) -> str:
    text = "".join("-" if value is None else f"{len(str(value))}:{value}" for value in values)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sha256_hex(text: Any) -> Any:
    return hashlib.sha256(str(text).encode("utf-8", "surrogatepass")).hexdigest() if text is not None else None


def _json_words(document: Any, *keys: str) -> str:
    value = read_json(document) if isinstance(document, str) else None
    found = [value.get(key) if isinstance(value, dict) else None for key in keys]
    return " ".join("" if each is None else each if isinstance(each, str) else json.dumps(each) for each in found)


def _user_search_text(email: str, profile: Any) -> str:
    """Return what PostgreSQL's function of this name does (migration 0004)."""
    return f" {email} {_json_words(profile, 'firstName', 'lastName')}".lower()
