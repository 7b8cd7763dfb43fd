"""`make demo`: from an empty folder to a running back office with sample data."""

import os
import secrets
import sys
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from marketplace import ROOT, create_app
from marketplace.audit import Command
from marketplace.extensions import db, settings
from marketplace.passwords import hash_password
from marketplace.permissions import Role
from marketplace.staff.models import StaffMember
from marketplace.staff.operations import change_staff_password, create_staff_member
from marketplace.transaction import transaction

INSTANCE = ROOT / "instance"
MOST_LOOKED_AT = 20_000
"""Bookings of a demo whose listings are looked at before it is served."""

PEOPLE = {
    "operations@example.com": (Role.OPERATIONS, "Olu Operations"),
    "support@example.com": (Role.SUPPORT, "Sana Support"),
    "manager@example.com": (Role.MANAGER, "Mika Manager"),
    "admin@example.com": (Role.ADMINISTRATOR, "Ada Administrator"),
}
ACTOR = Command("make demo")


def main() -> None:
    port = os.environ.get("PORT", "8000")
    prepare_environment(port)
    app = create_app()
    password = os.environ.get("DEMO_PASSWORD") or kept("demo-password", lambda: secrets.token_urlsafe(12))
    with app.app_context():
        upgrade()
        open_accounts(password)
        load_sample_data(app)
        db.engine.dispose()
    announce(port, password)
    os.execv(  # noqa: S606 - this very interpreter, with arguments of our own
        sys.executable,
        [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "--chdir", str(ROOT), "app:app"],
    )


def prepare_environment(port: str) -> None:
    """Fill in what a deployment would have to say: a key, a database, an address."""
    INSTANCE.mkdir(exist_ok=True)
    os.environ.setdefault("SECRET_KEY", kept("secret-key", lambda: secrets.token_hex(32)))
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{INSTANCE / 'demo.sqlite'}")
    os.environ.setdefault("REQUIRE_SECOND_FACTOR", "none")  # Whoever only looks has no app at hand.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("BIND", f"127.0.0.1:{port}")
    # One process: the log-in throttle then needs no Redis to be exact.
    os.environ.setdefault("WEB_CONCURRENCY", "1")


def kept(name: str, make: Callable[[], str]) -> str:
    """Return what an earlier run kept under `name` in `instance/`, else make and keep it, readable by us alone."""
    path = INSTANCE / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make(), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def open_accounts(password: str) -> None:
    """Make the four demo accounts, or give those an earlier run made today's password."""
    cost = settings().bcrypt_cost
    with transaction() as session:
        for email, (role, name) in PEOPLE.items():
            member = session.scalars(sa.select(StaffMember).where(StaffMember.email == email)).one_or_none()
            password_hash = hash_password(password, cost=cost)
            if member is None:
                create_staff_member(
                    session,
                    email=email,
                    name=name,
                    role=role,
                    password_hash=password_hash,
                    actor=ACTOR,
                )
            else:
                change_staff_password(member, password_hash=password_hash, actor=ACTOR)


def load_sample_data(app: Flask) -> None:
    bookings = os.environ.get("DEMO_BOOKINGS", "2000")
    result = app.test_cli_runner().invoke(args=["sample-data", "--bookings", bookings])
    sys.stdout.write(result.output)
    if result.exit_code:
        raise SystemExit(result.exit_code)
    if bookings.isdecimal() and int(bookings) <= MOST_LOOKED_AT:  # More would keep a first look waiting.
        app.test_cli_runner().invoke(args=["listings", "signals"])


def announce(port: str, password: str) -> None:
    lines = [
        "",
        f"The back office is on http://127.0.0.1:{port}",
        "Log in as one of",
        *(f"    {email:<24} ({role})" for email, (role, _name) in PEOPLE.items()),
        f"with the password {password}",
        "Ctrl-C ends it; a second `make demo` goes on with the same data.",
        "",
    ]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
