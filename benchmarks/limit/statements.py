"""The hand-written statements of the limit."""

from typing import LiteralString

JOINED: LiteralString = """
    SELECT b.id, b.status, b.scheduled_at, b.duration, b.total_amount, b.notes, b.created_at,
        b.customer_id, c.email AS customer_email,
        (c.profile->>'firstName') || ' ' || (c.profile->>'lastName') AS customer_name,
        b.service_id, s.title, s.currency,
        b.provider_id, p.email AS provider_email,
        (p.profile->>'firstName') || ' ' || (p.profile->>'lastName') AS provider_name
    FROM {page} AS b
    LEFT JOIN users AS c ON c.id = b.customer_id
    LEFT JOIN users AS p ON p.id = b.provider_id
    LEFT JOIN services AS s ON s.id = b.service_id
"""
"""One page of bookings first, then the joins for those rows."""

NEWEST: LiteralString = " ORDER BY b.created_at DESC, b.id DESC"


def page(rows: LiteralString, order: LiteralString = NEWEST) -> LiteralString:
    return JOINED.replace("{page}", "(" + rows + ")") + order


LIST = page("SELECT * FROM bookings ORDER BY created_at DESC, id DESC LIMIT 51")
AFTER = page("""
    SELECT * FROM bookings WHERE (created_at, id) < (%(created_at)s, %(id)s)
    ORDER BY created_at DESC, id DESC LIMIT 51
""")
LAST = page("SELECT * FROM bookings ORDER BY created_at, id LIMIT 51")
BY_AMOUNT = page(
    "SELECT * FROM bookings WHERE status = %(status)s ORDER BY total_amount DESC, id DESC LIMIT 51",
    " ORDER BY b.total_amount DESC, b.id DESC",
)
ONE = page("SELECT * FROM bookings WHERE id = %(id)s")

WORDS: LiteralString = "(email || ' ' || (profile->>'firstName') || ' ' || (profile->>'lastName'))"
"""The indexed text of a user; a term without spaces matches it where it matches the e-mail or the name."""

MATCHING_USERS: LiteralString = f"SELECT id FROM users WHERE {WORDS} ILIKE %(pattern)s LIMIT %(most)s"
MATCHING_SERVICES: LiteralString = "SELECT id FROM services WHERE title ILIKE %(pattern)s LIMIT %(most)s"

OF_THESE = page("""
    SELECT DISTINCT found.* FROM (
        SELECT few.* FROM unnest(%(users)s::uuid[]) AS key, LATERAL (
            SELECT * FROM bookings WHERE customer_id = key ORDER BY created_at DESC, id DESC LIMIT 51) AS few
        UNION ALL
        SELECT few.* FROM unnest(%(users)s::uuid[]) AS key, LATERAL (
            SELECT * FROM bookings WHERE provider_id = key ORDER BY created_at DESC, id DESC LIMIT 51) AS few
        UNION ALL
        SELECT few.* FROM unnest(%(services)s::uuid[]) AS key, LATERAL (
            SELECT * FROM bookings WHERE service_id = key ORDER BY created_at DESC, id DESC LIMIT 51) AS few
    ) AS found ORDER BY created_at DESC, id DESC LIMIT 51
""")
"""The newest of each match, each by an index: for few matches."""

WALK: LiteralString = (
    "SELECT * FROM ("
    + page("SELECT * FROM bookings ORDER BY created_at DESC, id DESC LIMIT %(budget)s", "")
    + """) AS b
    WHERE (b.customer_email || ' ' || b.customer_name) ILIKE %(pattern)s
        OR (b.provider_email || ' ' || b.provider_name) ILIKE %(pattern)s OR b.title ILIKE %(pattern)s
    ORDER BY b.created_at DESC, b.id DESC LIMIT 51
"""
)
"""The newest bookings, looked at one by one: for many matches."""

USERS: LiteralString = """
    SELECT id, email, role, created_at, updated_at,
        (profile->>'firstName') || ' ' || (profile->>'lastName') AS name
    FROM users ORDER BY created_at DESC, id DESC LIMIT 51
"""

CANCEL: LiteralString = """
    UPDATE bookings SET status = 'cancelled'
    WHERE id = ANY(%(ids)s::uuid[]) AND status IN ('pending', 'confirmed') RETURNING id
"""

PEOPLE: LiteralString = """(
    SELECT id, email, (profile->>'firstName') || ' ' || (profile->>'lastName') AS name FROM users OFFSET 0
)"""
"""Each profile is parsed once, not once a booking."""

COPY: LiteralString = f"""
    COPY (
        SELECT b.id, b.status, b.scheduled_at, b.duration, b.total_amount, s.currency, c.email AS customer_email,
            c.name AS customer_name, s.title AS service, p.email AS provider_email, p.name AS provider_name,
            b.notes, b.created_at
        FROM bookings AS b LEFT JOIN {PEOPLE} AS c ON c.id = b.customer_id
        LEFT JOIN {PEOPLE} AS p ON p.id = b.provider_id LEFT JOIN services AS s ON s.id = b.service_id
        WHERE (%(status)s::text IS NULL OR b.status = %(status)s)
            AND (%(since)s::timestamptz IS NULL OR b.scheduled_at >= %(since)s)
    ) TO STDOUT (FORMAT csv, HEADER)
"""
