"""Requests that nobody means well with, as many as wanted, the same ones for the same seed."""

import base64
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from marketplace.bookings.views import BookingView
from tests.factories import PASSWORD_HASH

LEAKS = re.compile(rb"Traceback|[Ss]qlalchemy|psycopg|sqlite3|SELECT |UPDATE |INSERT INTO|\$2[aby]\$\d\d\$")
"""What no answer may hold; the requests below hold none of it, so that it cannot come from them."""


def cursor(*parts: object) -> str:
    """Encode what a cursor holds, be it what we would put there or not."""
    return base64.urlsafe_b64encode(json.dumps(parts[0] if len(parts) == 1 else parts).encode()).decode().rstrip("=")


UNKNOWN = "00000000-0000-4000-8000-00000000dead"

IDS = (
    "", "0", "-1", "1,2", "None", "null", "x", UNKNOWN, UNKNOWN.replace("-", ""), "{" + UNKNOWN + "}",
    UNKNOWN + "0", f"{UNKNOWN},{UNKNOWN}", "١٢٣", "1e3", "9" * 30, "9" * 5000, "../../etc/passwd", "%00",
)  # fmt: skip
NUMBERS = (
    "", "0", "-1", "-0", "1", "25", "10**20", str(10**20), str(-(10**20)), "9" * 400, "9" * 5000, "1e400", "-1e400",
    "1e-400", "NaN", "sNaN", "-NaN", "nan", "Infinity", "-Infinity", "0x10", "1_000", "1,5", "0.001", "1.005",
    "99999999.99", "99999999.999", "100000000", "2147483647", "2147483648", "9223372036854775808", "١٢", " 5 ", "+5",
)  # fmt: skip
MOMENTS = (
    "", "0000-01-01T00:00", "0001-01-01T00:00", "0001-01-01", "9999-12-31T23:59", "9999-12-31", "10000-01-01T00:00",
    "2026-02-30T10:00", "2026-13-01T10:00", "2026-01-01T24:00", "2026-01-01T25:00", "2026-01-01", "now", "2026-W01-1",
    "2026-01-01T00:00+99:99", "-2026-01-01T00:00", "20260101", "2026-01-01T10:00:00.123456789", "１２３４-01-01",
    "2026-01-01T10:00:00+00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2999-12-31T23:59+00:00",
)  # fmt: skip
TEXTS = (
    "", " ", "'", '"', "' OR 1=1 --", "'; DROP TABLE users; --", "%", "_", "%%", "\\", "a\\", "*", "(", "[", "{{7*7}}",
    "${7*7}", "%(x)s", "{0}", "<script>alert(1)</script>", "a\nb", "a\r\nb", "\u202eabc", "\ufeff", "\uffff", "é" * 300,
    "🎈" * 100, "x" * 5_000, "x" * 60_000, "%" * 50, "_%" * 100, "a\u0301", "\x1b[31m", "\x7f", "null",
    "true", "[]", "{}",
)  # fmt: skip
BYTES = ("%00", "a%00b", "%ff", "%c3%28", "%ed%a0%80", "%ed%b0%80", "%f4%90%80%80", "%", "%zz", "%u0041", "%0d%0aX: y")
"""Escapes that stand in an address as they are."""

CURSORS = (
    "", "x", "!!!", "=", "A" * 5_000, cursor(None), cursor([]), cursor({}), cursor(1, 2), cursor(None, None),
    cursor("x"), cursor(["a"], ["b"]), cursor("2026-01-01T00:00:00+00:00", 7), cursor("x", UNKNOWN), cursor(7, UNKNOWN),
    cursor("0001-01-01T00:00:00+14:00", UNKNOWN), cursor("9999-12-31T23:59:59-14:00", UNKNOWN),
    cursor("0001-01-01T00:00:00", UNKNOWN), cursor("9999-12-31T23:59:59", UNKNOWN), cursor("NaN", UNKNOWN),
    cursor("sNaN", UNKNOWN), cursor("1e-999999", UNKNOWN), cursor("1e400", UNKNOWN), cursor("-1e11", UNKNOWN),
    cursor("1e-30", UNKNOWN), cursor("\ud800", UNKNOWN), cursor("a\ud800b", UNKNOWN), cursor("a\0b", UNKNOWN),
    cursor("\x01", UNKNOWN), cursor("9" * 500, UNKNOWN), cursor(None, UNKNOWN), cursor("5", "5"),
    cursor("9223372036854775807", "9223372036854775807"), cursor("9223372036854775808", "1"), cursor("-5", "-5"),
    cursor("True", UNKNOWN), cursor("2026-01-01T00:00:00+00:00", "\ud800"), cursor("x" * 900, UNKNOWN),
    base64.urlsafe_b64encode(b"[" * 50_000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b'["\xed\xa0\x80","x"]').decode(),
)  # fmt: skip

ANYTHING = (*IDS, *NUMBERS, *MOMENTS, *TEXTS, *CURSORS)

TABLES = ("bookings", "services", "users", "reset-tokens", "batches", "staff", "audit")
PARAMETERS = {
    "search": TEXTS, "sort": (*TEXTS, "profile", "password", "availability", "images", "created_at", "price",
                             "token",
                             "scheduled_at", "email", "id", "at", "is_active", "updated_at", "expires_at", "__class__"),
    "desc": ("1", *NUMBERS), "page_size": NUMBERS, "page": NUMBERS, "limit": NUMBERS, "offset": NUMBERS,
    "after": CURSORS, "before": CURSORS, "last": ("1", *CURSORS), "id": IDS, "url": TEXTS, "next": TEXTS,
    "download": ("1", *TEXTS),
    "status": (*TEXTS, "pending"), "role": (*TEXTS, "customer"), "active": (*TEXTS, "yes"), "category": TEXTS,
    "state": (*TEXTS, "active"), "from": MOMENTS, "to": MOMENTS, "joined_from": MOMENTS, "joined_to": MOMENTS,
    "customer": IDS, "provider": IDS, "service": IDS, "action": TEXTS, "actor": TEXTS, "record": TEXTS,
    "kind": ("new", *TEXTS), "signal": ("price", *TEXTS), "queue": TEXTS, "waiting_before": MOMENTS,
    "show": ("notes", "not-done", *TEXTS), "by": TEXTS,
    "since": MOMENTS, "until": MOMENTS, "since-offset": TEXTS,
    "customer-after": CURSORS, "customer-before": CURSORS, "customer-last": CURSORS, "customer-sort": TEXTS,
    "customer-show": ("all", *TEXTS), "provider-after": CURSORS, "provider-sort": ("total_amount", *TEXTS),
    "listings-before": CURSORS, "listings-sort": ("price", "created_at", *TEXTS), "links-after": CURSORS,
    "links-sort": ("expires_at", *TEXTS), "links-desc": ("1", *TEXTS),
    "name": ("customer", "provider", "service", *TEXTS), "query": (*TEXTS, *IDS), "flt0_0": TEXTS, "flt1_1": TEXTS,
}  # fmt: skip
FORMS = {
    "/admin/bookings/new/": {
        "customer": (*IDS, *TEXTS), "service": (*IDS, *TEXTS), "scheduled_at": MOMENTS, "duration": NUMBERS,
        "total_amount": NUMBERS, "notes": TEXTS, "reason": TEXTS, "scheduled_at-slot": MOMENTS,
        "scheduled_at-offset": TEXTS, "asked": MOMENTS, "week": MOMENTS,
    },
    "/admin/bookings/provider-away/": {
        "for_all": (*TEXTS, "move", "cancel"), "reason": TEXTS, f"choice-{UNKNOWN}": ("cancel", *MOMENTS),
        f"was-{UNKNOWN}": MOMENTS, "was-": TEXTS,
    },
    "/admin/bookings/edit/": {"duration": NUMBERS, "total_amount": NUMBERS, "notes": TEXTS, "loaded": ANYTHING},
    "/admin/users/edit/": {
        "email": TEXTS, "first_name": TEXTS, "last_name": TEXTS, "phone": TEXTS, "address": TEXTS, "reason": TEXTS,
        "remove_phone": TEXTS, "remove_address": TEXTS,
        "loaded": ANYTHING,
    },
    "/admin/services/edit/": {
        "title": TEXTS, "description": TEXTS, "category": TEXTS, "price": NUMBERS, "currency": TEXTS,
        "duration": NUMBERS, "monday": (*TEXTS, *MOMENTS), "sunday": TEXTS, "images": TEXTS, "loaded": ANYTHING,
    },
    "/admin/staff/invites/new/": {"email": TEXTS, "name": TEXTS, "role": TEXTS, "sealed": TEXTS},
    "/admin/profile/second-factor": {"code": TEXTS, "sealed": TEXTS},
    "/admin/profile/recovery-codes": {"sealed": TEXTS},
    "/login/code": {"code": TEXTS, "next": TEXTS},
    "/invite/account": {"name": TEXTS, "password": TEXTS, "again": TEXTS},
    "/admin/staff/edit/": {"name": TEXTS, "role": TEXTS, "loaded": ANYTHING},
    "/admin/profile/": {"timezone": TEXTS, "locale": TEXTS, "loaded": ANYTHING},
    "/admin/profile/password": {"current_password": TEXTS, "password": TEXTS, "again": TEXTS},
    "/admin/profile/proof": {"own_password": TEXTS},
    "/login": {"email": TEXTS, "password": TEXTS, "next": TEXTS},
    "/reset/new-password": {"password": TEXTS, "again": TEXTS},
}  # fmt: skip
FIELDS_OF_VERBS = {
    "reason": (*TEXTS, "other", "price"), "own_password": TEXTS,
    "words": TEXTS, "seen": TEXTS, "queue": (*TEXTS, "kind=new&category=x"),
    "review_id": IDS, "notes": TEXTS, "form_id": IDS, "show": (*TEXTS, "y"), "email": TEXTS,
    "scheduled_at": MOMENTS, "scheduled_at-slot": MOMENTS, "scheduled_at-offset": TEXTS,
    "asked": MOMENTS, "week": MOMENTS, "was_at": MOMENTS,
}  # fmt: skip
VERBS = (
    "confirmation", "cancellation", "completion", "rescheduling", "reset-link", "revocation", "disabling", "enabling",
    "second-factor-reset", "sessions-ending",
    "notes", "nothing", "review", "claim", "skip", "approval", "take-down", "change-request", "reinstatement",
    "reversal", "disclosure", "subject-export", "anonymisation", "start", "progress", "stop", "retry", "undo", "result",
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """A request: `path` and `query` as they stand in the first line, `form` as it is typed."""

    method: str
    path: str
    query: str = ""
    form: list[tuple[str, str]] = field(default_factory=list)
    has_token: bool = True

    def send(self, browser, token):
        fields = [("csrf_token", token), *self.form] if self.has_token else self.form
        body = None if self.method in ("GET", "HEAD") else "&".join(f"{written(n)}={written(v)}" for n, v in fields)
        return browser.open(
            self.path,
            method=self.method,
            query_string=self.query,
            data=body,
            content_type="application/x-www-form-urlencoded" if body is not None else None,
        )


def written(text: str) -> str:
    """Escape `text` for an address, unless it is there for its escapes."""
    return text if text in BYTES else quote(text, safe="", errors="surrogatepass")


def hostile_requests(seed: int, amount: int, ids: dict[str, str]) -> Iterator[Request]:
    """Yield `amount` requests.

    :param ids: table to the id of a row that is there.
    """
    chance = random.Random(seed)
    for _number in range(amount):
        kind = chance.random()
        if kind < 0.55:
            yield _look(chance, ids)
        elif kind < 0.85:
            yield _fill_in(chance, ids)
        elif kind < 0.95:
            yield _bulk(chance, ids)
        else:
            yield _stray(chance)


def _look(chance, ids):
    table = chance.choice(TABLES)
    an_id = ids[table] if chance.random() < 0.3 else chance.choice(IDS)
    path = chance.choice(
        (
            f"/admin/{table}/", f"/admin/{table}/", f"/admin/{table}/details/", f"/admin/{table}/edit/",
            f"/admin/{table}/ajax/lookup/", f"/admin/{table}/export/{chance.choice(('csv', 'xlsx', 'json', '..'))}/",
            f"/admin/{table}/{written(an_id)}", f"/admin/{table}/{written(an_id)}/{chance.choice(VERBS)}",
            "/admin/", "/login", "/admin/bookings/provider-away/",
        )
    )  # fmt: skip
    names = chance.choices(tuple(PARAMETERS), k=chance.randrange(5))
    pairs = [(name, _value(chance, PARAMETERS[name])) for name in names]
    if chance.random() < 0.3:
        pairs.append(("id", an_id))
    return Request(
        chance.choice(("GET",) * 9 + ("HEAD",)),
        path,
        "&".join(f"{name}={written(value)}" for name, value in pairs),
    )


def _fill_in(chance, ids):
    path = chance.choice(tuple(FORMS))
    table = next((each for each in TABLES if f"/{each}/" in path), "")
    if chance.random() < 0.15:
        table = chance.choice(TABLES[:-1])
        path, fields = f"/admin/{table}/{ids[table]}/{chance.choice(VERBS)}", FIELDS_OF_VERBS
    else:
        fields = FORMS[path]
    query = f"id={ids.get(table, '')}" if path.endswith("/edit/") and chance.random() < 0.8 else ""
    if path.endswith("/provider-away/"):
        query = f"provider={ids['providers']}&since=2026-01-01T00:00&until=2999-12-31T23:59"
        fields = {**fields, f"choice-{ids['bookings']}": ("cancel", *MOMENTS), f"was-{ids['bookings']}": MOMENTS}
    form = [(name, _value(chance, values)) for name, values in fields.items() if chance.random() < 0.9]
    if "customer" in fields and chance.random() < 0.6:
        form = [
            *(pair for pair in form if pair[0] not in ("customer", "service")),
            ("customer", ids["users"]), ("service", ids["services"]),
        ]  # fmt: skip
    return Request("POST", path, query, form, has_token=chance.random() < 0.95)


def _bulk(chance, ids):
    table = chance.choice(TABLES)
    verb = chance.choice((*(each.name for each in BookingView.bulk_verbs), "reset-link", "revocation", "", "x"))
    rowids = chance.choices((*IDS, *ids.values()), k=chance.randrange(6))
    form = [("action", verb), *(("rowid", each) for each in rowids), ("reason", chance.choice(TEXTS))]
    if chance.random() < 0.3:
        form.append(("everything", "1"))
        form.append(("matching", _value(chance, (*TEXTS, "search=ada&status=pending", "status=x", "from=soon&sort=x"))))
    return Request("POST", f"/admin/{table}/action/", "", form[: chance.randrange(2, 12)])


def _stray(chance):
    path = chance.choice(("/reset/", "/static/", "/admin/", "/admin/static/", "/", "/admin/users/", "/login/"))
    path += written(_value(chance, ANYTHING)) if chance.random() < 0.7 else chance.choice(BYTES)
    return Request(chance.choice(("GET", "POST", "PUT", "DELETE", "PATCH", "TRACE")), path[:4000].replace("//", "/_/"))


def _value(chance, values):
    if chance.random() < 0.08:
        return chance.choice(BYTES)
    return chance.choice(values if chance.random() < 0.9 else ANYTHING)


assert not LEAKS.search("".join(ANYTHING).encode("utf-8", "surrogatepass"))
assert LEAKS.search(PASSWORD_HASH.encode())
