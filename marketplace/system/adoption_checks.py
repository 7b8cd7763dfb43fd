"""What makes an adoption impossible, found before anything is changed."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from marketplace.database import Base
from marketplace.errors import DomainError
from marketplace.system.revisions import Revision, revision
from marketplace.system.schema import OWN_INDEX, SHARED, Difference, compare

_MENDED = ("missing", "unvalidated")
"""What an adoption does about foreign keys."""

_FOREIGN_OWNERS = sa.text("""
    SELECT relname, pg_get_userbyid(relowner) AS owner, current_user AS role FROM pg_class
    WHERE oid = ANY (SELECT to_regclass(name) FROM unnest(:tables) AS name) AND NOT pg_has_role(relowner, 'USAGE')
    ORDER BY relname
""").bindparams(sa.bindparam("tables", type_=sa.ARRAY(sa.Text)))


class NotAdoptable(DomainError):
    """The database is not one that can be adopted; nothing was changed."""

    def __init__(self, sentence: str, differences: Iterable[Difference] = ()) -> None:
        super().__init__(sentence)
        self.differences = tuple(differences)


def refuse_what_cannot_be_adopted(connection: Connection, scripts: ScriptDirectory) -> None:
    """Let a database pass that was made from the documented statements, also if it was adopted before.

    :raises NotAdoptable: for any other.
    """
    if connection.dialect.name != "postgresql":
        raise NotAdoptable(
            "Only a PostgreSQL database can be adopted: SQLite cannot add a foreign key to a table that exists. "
            "Nothing was changed.",
        )
    present = set(sa.inspect(connection).get_table_names())
    if not present & {table.name for table in SHARED}:
        raise NotAdoptable(
            "There is no marketplace table here to adopt. To make them all, run `flask --app app db upgrade`.",
        )
    state = revision(connection, scripts)
    if not state.known:
        raise NotAdoptable(f"{state} Nothing was changed.")
    differences = [found for found in compare(connection) if found.table in {table.name for table in SHARED}]
    _refuse_other_tables(differences)
    _refuse_tables_in_the_way(present, state)
    if differences or not state.is_newest:
        _refuse_without_ownership(connection)


def _refuse_other_tables(differences: Iterable[Difference]) -> None:
    wrong = [found for found in differences if not _is_mended(found)]
    if wrong:
        raise NotAdoptable("The marketplace tables are not as documented. Nothing was changed.", wrong)


def _is_mended(difference: Difference) -> bool:
    if difference.what == "foreign key":
        return difference.kind in _MENDED
    # Indexes of our own come with later migrations; one that is invalid is no reason to stay out.
    return difference.what == "index" and difference.name.startswith(OWN_INDEX)


def _refuse_tables_in_the_way(present: set[str], state: Revision) -> None:
    if state.current is None:
        own = Base.metadata.tables.keys() - {table.name for table in SHARED}
        in_the_way = sorted(present & own)
        if in_the_way:
            raise NotAdoptable(
                f"The back office needs the names of tables that are here already: {', '.join(in_the_way)}. "
                "Nothing was changed.",
            )


def _refuse_without_ownership(connection: Connection) -> None:
    for table, owner, role in connection.execute(_FOREIGN_OWNERS, {"tables": [table.name for table in SHARED]}):
        raise NotAdoptable(
            f"The table {table} belongs to the role {owner}, and {role} may not alter it: "
            f"connect as {owner} for the adoption. Nothing was changed.",
        )
