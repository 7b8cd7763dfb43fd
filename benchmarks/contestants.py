"""Who is measured, and how each is asked for the same thing."""

import math
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, urlencode, urljoin

from benchmarks import data
from benchmarks.client import Client, Request, hidden_field, link
from benchmarks.postgresql import ROOT, Server

HERE = Path(__file__).resolve().parent
PAGE = 50
DEEP = 20
"""The page that 'next page' asks for."""


@dataclass(frozen=True)
class Narrowing:
    """What an export is narrowed to."""

    status: str | None = None
    since: str | None = None
    """A day; bookings scheduled from it on."""


class Contestant:
    name: ClassVar[str]
    application: ClassVar[str]
    database: ClassVar[str] = data.PRODUCT
    binaries: ClassVar[Path] = HERE / ".venv" / "bin"
    config: ClassVar[Path] = HERE / "gunicorn_settings.py"
    folder: ClassVar[Path] = ROOT
    breaks_ties_by_id: ClassVar[bool] = True

    def environment(self, server: Server) -> dict[str, str]:
        return {"DATABASE_URL": server.url(self.database), "SECRET_KEY": data.SECRET_KEY, "PYTHONPATH": str(ROOT)}

    def prepare(self, _server: Server) -> None:
        """Make what this contestant needs beside the shared tables."""

    def sign_in(self, _client: Client) -> None:
        """Log in, where there is a log-in."""

    # Each returns what to ask for, or None where there is no such thing.

    def newest(self) -> Request | None:
        return None

    def by_amount(self, status: str) -> Request | None:
        return None

    def search(self, term: str) -> Request | None:
        return None

    def deep_page(self, client: Client) -> Request | None:
        return None

    def last_page(self, bookings: int) -> Request | None:
        return None

    def edit(self, booking: str) -> Request | None:
        return None

    def create(self) -> Request | None:
        return None

    def details(self, booking: str) -> Request | None:
        return None

    def users(self) -> Request | None:
        return None

    def overlaps(self) -> Request | None:
        return None

    def cancel(self, client: Client, bookings: list[str]) -> Request | None:
        return None

    def export(self, client: Client, narrowing: Narrowing) -> Request | None:
        return None

    def log_in(self, client: Client) -> Request | None:
        return None


class Limit(Contestant):
    name = "limit"
    application = "benchmarks.limit.app:app"
    database = data.LIMIT

    def newest(self) -> Request:
        return Request("/bookings/")

    def by_amount(self, status: str) -> Request:
        return Request(f"/bookings/?status={status}")

    def search(self, term: str) -> Request:
        return Request(f"/bookings/?search={quote(term)}")

    def deep_page(self, client: Client) -> Request:
        return follow(client, self.newest())

    def last_page(self, bookings: int) -> Request:
        return Request("/bookings/?last=1")

    def edit(self, booking: str) -> Request:
        return Request(f"/bookings/{booking}/edit")

    def create(self) -> Request:
        return Request("/bookings/new")

    def details(self, booking: str) -> Request:
        return Request(f"/bookings/{booking}")

    def users(self) -> Request:
        return Request("/users/")

    def cancel(self, client: Client, bookings: list[str]) -> Request:
        return Request("/bookings/cancellation", [("rowid", booking) for booking in bookings])

    def export(self, client: Client, narrowing: Narrowing) -> Request:
        return Request("/bookings.csv?" + query(status=narrowing.status, **{"from": narrowing.since}))


class Product(Contestant):
    name = "product"
    application = "app:app"
    binaries = ROOT / ".venv" / "bin"
    folder = data.CHECKOUT
    config = data.CHECKOUT / "gunicorn.conf.py"

    def environment(self, server: Server) -> dict[str, str]:
        return data.product_environment(server)

    def sign_in(self, client: Client) -> None:
        answer = client.send(self.log_in(client))
        if answer.status != 302 or client.get("/admin/bookings/").status != 200:
            raise RuntimeError(f"the log-in was answered with {answer.status}")

    def log_in(self, client: Client) -> Request:
        token = hidden_field(client.get("/login").text, "csrf_token")
        fields = {"csrf_token": token, "email": data.STAFF_EMAIL, "password": data.STAFF_PASSWORD}
        return Request("/login", list(fields.items()))

    def newest(self) -> Request:
        return Request(f"/admin/bookings/?page_size={PAGE}")

    def by_amount(self, status: str) -> Request:
        return Request(f"/admin/bookings/?page_size={PAGE}&status={status}&sort=total_amount&desc=1")

    def search(self, term: str) -> Request:
        return Request(f"/admin/bookings/?page_size={PAGE}&search={quote(term)}")

    def deep_page(self, client: Client) -> Request:
        return follow(client, self.newest())

    def last_page(self, bookings: int) -> Request:
        return Request(f"/admin/bookings/?page_size={PAGE}&last=1")

    def edit(self, booking: str) -> Request:
        return Request(f"/admin/bookings/edit/?id={booking}")

    def create(self) -> Request:
        return Request("/admin/bookings/new/")

    def details(self, booking: str) -> Request:
        return Request(f"/admin/bookings/details/?id={booking}")

    def users(self) -> Request:
        return Request(f"/admin/users/?page_size={PAGE}")

    def overlaps(self) -> Request:
        return Request("/admin/bookings/overlaps/")

    def cancel(self, client: Client, bookings: list[str]) -> Request:
        """Draft the batch, which is not timed, and begin it, as a person does who has looked at the preview."""
        token = hidden_field(client.get("/admin/bookings/new/").text, "csrf_token")
        chosen = [("csrf_token", token), ("action", "cancellation"), *(("rowid", each) for each in bookings)]
        drafted = client.send(Request("/admin/bookings/action/", chosen))
        batch = drafted.headers["Location"].partition("id=")[2]
        return Request(f"/admin/batches/{batch}/start", [("csrf_token", token), ("reason", "The provider is ill.")])

    def export(self, client: Client, narrowing: Narrowing) -> Request:
        narrowed = query(status=narrowing.status, **{"from": narrowing.since})
        return Request("/admin/bookings/export/csv/?" + narrowed)


class FlaskAdmin(Contestant):
    name = "Flask-Admin"
    application = "benchmarks.flask_admin_stock.app:app"

    def newest(self) -> Request:
        return Request("/admin/bookings/")

    def by_amount(self, status: str) -> Request:
        return Request(f"/admin/bookings/?flt0_status_equals={status}&sort=5&desc=1")

    def search(self, term: str) -> Request:
        return Request(f"/admin/bookings/?search={quote(term)}")

    def deep_page(self, client: Client) -> Request:
        return Request(f"/admin/bookings/?page={DEEP - 1}")

    def last_page(self, bookings: int) -> Request:
        return Request(f"/admin/bookings/?page={math.ceil(bookings / PAGE) - 1}")

    def edit(self, booking: str) -> Request:
        return Request(f"/admin/bookings/edit/?id={booking}")

    def create(self) -> Request:
        return Request("/admin/bookings/new/")

    def details(self, booking: str) -> Request:
        return Request(f"/admin/bookings/details/?id={booking}")

    def users(self) -> Request:
        return Request("/admin/users/")

    def cancel(self, client: Client, bookings: list[str]) -> Request:
        return Request("/admin/bookings/action/", [("action", "cancel"), *(("rowid", each) for each in bookings)])

    def export(self, client: Client, narrowing: Narrowing) -> Request:
        since = f"{narrowing.since} 00:00:00" if narrowing.since else None
        filters = {"flt0_status_equals": narrowing.status, "flt1_scheduled_at_greater_than": since}
        return Request("/admin/bookings/export/csv/?" + query(**filters))


class DjangoAdmin(Contestant):
    name = "Django admin"
    application = "benchmarks.django_admin.wsgi:application"
    breaks_ties_by_id = False  # It sorts by the newest where amounts are the same.

    def environment(self, server: Server) -> dict[str, str]:
        return {
            **super().environment(server),
            "DJANGO_DATABASE_URL": server.url(data.DJANGO),
            "STAFF_EMAIL": data.STAFF_EMAIL,
            "STAFF_PASSWORD": data.STAFF_PASSWORD,
        }

    def prepare(self, server: Server) -> None:
        command = [self.binaries / "python", "-m", "benchmarks.django_admin.prepare"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(server), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr)

    def sign_in(self, client: Client) -> None:
        token = hidden_field(client.get("/admin/login/").text, "csrfmiddlewaretoken")
        fields = {"csrfmiddlewaretoken": token, "username": data.STAFF_EMAIL, "password": data.STAFF_PASSWORD}
        answer = client.send(Request("/admin/login/?next=/admin/", list(fields.items())))
        if answer.status != 302:
            raise RuntimeError(f"the log-in was answered with {answer.status}")

    def newest(self) -> Request:
        return Request("/admin/market/booking/")

    def by_amount(self, status: str) -> Request:
        return Request(f"/admin/market/booking/?status__exact={status}&o=-6")

    def search(self, term: str) -> Request:
        return Request(f"/admin/market/booking/?q={quote(term)}")

    def deep_page(self, client: Client) -> Request:
        return Request(f"/admin/market/booking/?p={DEEP}")

    def last_page(self, bookings: int) -> Request:
        return Request(f"/admin/market/booking/?p={math.ceil(bookings / PAGE)}")

    def edit(self, booking: str) -> Request:
        return Request(f"/admin/market/booking/{booking}/change/")

    def create(self) -> Request:
        return Request("/admin/market/booking/add/")

    def users(self) -> Request:
        return Request("/admin/market/user/")

    def cancel(self, client: Client, bookings: list[str]) -> Request:
        return self._action(client, "cancel", bookings, "")

    def export(self, client: Client, narrowing: Narrowing) -> Request | None:
        if narrowing.since:
            filters = query(status__exact=narrowing.status, scheduled_at__gte=f"{narrowing.since} 00:00:00+00:00")
        else:
            filters = query(status__exact=narrowing.status)
        return self._action(client, "export_csv", ["all"], filters, select_across="1")

    def _action(self, client: Client, name: str, chosen: list[str], filters: str, **more: str) -> Request:
        fields = {"csrfmiddlewaretoken": client.cookies["csrftoken"], "action": name, "index": "0", **more}
        return Request(
            f"/admin/market/booking/?{filters}", [*fields.items(), *(("_selected_action", each) for each in chosen)]
        )


CONTESTANTS = (Limit(), Product(), FlaskAdmin(), DjangoAdmin())
PEERS = ("Flask-Admin", "Django admin")


def query(**values: str | None) -> str:
    return urlencode({name: value for name, value in values.items() if value is not None})


def follow(client: Client, first: Request) -> Request:
    """Return the request for page DEEP, found by following the links from the first page on."""
    path = first.path
    for _each in range(DEEP - 1):
        path = urljoin(path, link(client.get(path).text, "next"))
    return Request(path)
