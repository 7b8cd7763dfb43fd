"""What finds listings whose descriptions begin or end alike: a function for their letters, and an index of either."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OLD_NAME, OLD_KEY = "ix_services_description_digest", "md5(lower(substr(description, 1, 1000)))"
KEYS = {
    "ix_services_description_head": '"left"(description_letters(description), 48)',
    "ix_services_description_tail": '"right"(description_letters(description), 48)',
}

# What can be seen of a text and is neither blank nor punctuation, in small letters, those of other scripts that look
# the same as Latin ones among these. Everything is written as an escape and within ASCII, so that it can be made in a
# database of any encoding; in other encodings than UTF-8 nothing but ASCII is looked at. It never fails: an index
# must not stop the API's writes.
LETTERS = r"""
    CREATE OR REPLACE FUNCTION description_letters(description text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 500 AS $$
        SELECT regexp_replace(%s, '[%s]+', '', 'g')
    $$
"""
SMALL = "lower(substr(description, 1, 50000))"
PUNCTUATION = r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f"
PUNCTUATION_OF_ALL = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u02b0-\u036f\u060c\u061b-\u061f\u0964\u0965\u115f\u1160"
    r"\u17b4\u17b5\u180b-\u180f\u2000-\u2bff\u3000-\u303f\u3164\ufe00-\ufe0f\ufeff\uff00-\uff0f\uff1a-\uff20\uffa0"
    r"\U0001f000-\U0001faff\U000e0000-\U000e0fff"
)
LOOK_ALIKES = (
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0451\u0455\u0456\u0457\u0458\u04bb\u04cf"
    "\u0501\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131"
)
LATIN = "abekmhopctyxesiijhldabezhikmnoptuxi"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite has no such functions, and compares few listings.
    is_unicode = op.get_bind().scalar(sa.text("SHOW server_encoding")) == "UTF8"
    small = f"translate({SMALL}, '{LOOK_ALIKES}', '{LATIN}')" if is_unicode else SMALL
    op.execute(sa.text(LETTERS % (small, PUNCTUATION_OF_ALL if is_unicode else PUNCTUATION)))
    with op.get_context().autocommit_block():  # As in 0004: without a lock, and finished by the next run after a kill.
        op.execute("SET lock_timeout = 0")
        for name, key in KEYS.items():
            _build(name, key)
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {OLD_NAME}")
        op.execute("ANALYZE services")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        _build(OLD_NAME, OLD_KEY)
        op.execute("RESET lock_timeout")
    for name in KEYS:
        op.execute(f"DROP INDEX IF EXISTS {name}")
    op.execute("DROP FUNCTION IF EXISTS description_letters(text)")


def _build(name: str, key: str) -> None:
    invalid = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    if op.get_bind().scalar(invalid, {"name": name}):
        op.execute(f"DROP INDEX CONCURRENTLY {name}")
    op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON services ({key})")
