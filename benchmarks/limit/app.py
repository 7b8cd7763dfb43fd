"""A bare Flask app over psycopg: no login, no permissions, no CSRF, no audit."""

import datetime as dt
import math
import os
import uuid
from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from flask import Flask, Response, redirect, render_template, request
from psycopg.rows import namedtuple_row
from psycopg_pool import ConnectionPool
from werkzeug.wrappers import Response as AnyResponse

from benchmarks.limit import statements

PAGE = 50
FIRST_WALK = 500
WALK_BUDGET = 20_000
"""Rows that the walk looks at before the matches are collected by their indexes."""

app = Flask(__name__)
pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1,
    max_size=4,
    open=False,
    kwargs={"autocommit": True, "row_factory": namedtuple_row, "options": "-c timezone=UTC -c statement_timeout=0"},
)


def rows(statement: LiteralString, *, prepare: bool = True, **values: Any) -> list[Any]:
    pool.open()
    with pool.connection() as connection:
        return connection.execute(statement, values, prepare=prepare).fetchall()


def matches(statement: LiteralString, **values: Any) -> list[uuid.UUID]:
    """Return ids by a pattern; planned each time, since a prepared plan cannot know how selective a pattern is."""
    return [row.id for row in rows(statement, prepare=False, **values)]


@app.get("/bookings/")
def bookings() -> str:
    if request.args.get("last"):
        found = rows(statements.LAST)[-PAGE:]
    elif status := request.args.get("status"):
        found = rows(statements.BY_AMOUNT, status=status)
    elif term := request.args.get("search"):
        found = search(term)
    elif after := request.args.get("after"):
        moment, identity = after.split("_")
        found = rows(statements.AFTER, created_at=dt.datetime.fromisoformat(moment), id=uuid.UUID(identity))
    else:
        found = rows(statements.LIST)
    return render_template("bookings.html", rows=found[:PAGE], more=len(found) > PAGE)


def search(term: str) -> list[Any]:
    """Return the newest bookings whose customer, provider or service matches, by whichever way is the shorter."""
    pattern = "%" + term.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    few = int(5 * math.sqrt(user_estimate()))
    users = matches(statements.MATCHING_USERS, pattern=pattern, most=few + 1)
    services = matches(statements.MATCHING_SERVICES, pattern=pattern, most=few + 1)
    if len(users) <= few and len(services) <= few:
        return rows(statements.OF_THESE, users=users, services=services)
    for budget in (FIRST_WALK, WALK_BUDGET):
        found = rows(statements.WALK, pattern=pattern, budget=budget)
        if len(found) > PAGE:
            return found
    users = matches(statements.MATCHING_USERS, pattern=pattern, most=None)
    services = matches(statements.MATCHING_SERVICES, pattern=pattern, most=None)
    return rows(statements.OF_THESE, users=users, services=services)


known: dict[str, int] = {}


def user_estimate() -> int:
    if "users" not in known:
        known["users"] = max(
            rows("SELECT reltuples::bigint AS users FROM pg_class WHERE relname = 'users'")[0].users, 0
        )
    return known["users"]


@app.get("/bookings/new")
def new_booking() -> str:
    return render_template("form.html", row=None)


@app.get("/bookings/<uuid:identity>/edit")
def edit_booking(identity: uuid.UUID) -> str:
    return render_template("form.html", row=rows(statements.ONE, id=identity)[0])


@app.get("/bookings/<uuid:identity>")
def booking(identity: uuid.UUID) -> str:
    return render_template("details.html", row=rows(statements.ONE, id=identity)[0])


@app.post("/bookings/cancellation")
def cancel() -> AnyResponse:
    rows(statements.CANCEL, ids=request.form.getlist("rowid"))
    return redirect("/bookings/")


@app.get("/users/")
def users() -> str:
    return render_template("users.html", rows=rows(statements.USERS)[:PAGE])


@app.get("/bookings.csv")
def export() -> Response:
    values = {"status": request.args.get("status"), "since": request.args.get("from")}
    return Response(copied(values), content_type="text/csv; charset=utf-8")


def copied(values: dict[str, Any]) -> Iterator[bytes]:
    """Yield the file in chunks of 64 KiB and more."""
    pool.open()
    with pool.connection() as connection:
        statement = psycopg.ClientCursor(connection).mogrify(statements.COPY, values)
        with connection.cursor().copy(statement.encode()) as copy:
            chunk = bytearray()
            for part in copy:
                chunk += part
                if len(chunk) > 65536:
                    yield bytes(chunk)
                    chunk.clear()
            yield bytes(chunk)
