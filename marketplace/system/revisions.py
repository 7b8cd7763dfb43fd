"""Which migrations a database has seen."""

from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection

VERSION_TABLE = "back_office_migrations"
"""Where Alembic notes it: a table of our own, for the marketplace API may keep its own `alembic_version` here."""


@dataclass(frozen=True)
class Revision:
    """The migration a database is at; `str()` is the sentence about it."""

    current: str | None
    newest: str
    known: bool = True
    """Whether `current` is a migration of this back office."""

    @property
    def is_newest(self) -> bool:
        return self.current == self.newest

    def __str__(self) -> str:
        if not self.known:
            return (
                f"The table {VERSION_TABLE} says {self.current}, which is no migration of this back office: "
                "a newer version of it, or another program, has migrated the database."
            )
        if self.current is None:
            return "No migration of the back office has been run here."
        if self.is_newest:
            return f"The migrations are at {self.current}, the newest."
        return f"The migrations are at {self.current}, the newest is {self.newest}: run `flask --app app db upgrade`."


def revision(connection: Connection, scripts: ScriptDirectory) -> Revision:
    """Return which of `scripts` was run last on the database."""
    newest = scripts.get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    heads = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads()
    current = ", ".join(sorted(heads)) or None
    return Revision(current, newest, known=all(_is_ours(head, scripts) for head in heads) and len(heads) < 2)


def _is_ours(head: str, scripts: ScriptDirectory) -> bool:
    try:
        return scripts.get_revision(head) is not None
    except CommandError:
        return False
