"""Exports."""

import csv
import io
import zipfile
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.backoffice import export
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from tests.audit_log import entries
from tests.factories import BookingFactory, ServiceFactory, UserFactory

FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "  \t =1+1",
    "'=1+1", '"=1+1', "\u200b=1+1", "\ufeff=1+1", "＝1+1", "＋1", "－1", "＠x", "|calc", "%0A=1", "\x01=1+1",
]  # fmt: skip


def read_csv(response):
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))


def read_xlsx(response):
    """Return the cells of the sheet as (type, text), row by row."""
    assert response.status_code == 200
    with zipfile.ZipFile(io.BytesIO(response.get_data())) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    return [
        [(cell.get("t"), "".join(cell.itertext()), cell.find(f"{space}f")) for cell in row]
        for row in sheet.iter(f"{space}row")
    ]


def test_no_cell_of_a_csv_is_a_formula(app, manager):
    service = ServiceFactory()
    for text in FORMULAS:
        BookingFactory(service=service, notes=text)
    notes = [row["notes"] for row in read_csv(manager.get("/admin/bookings/export/csv/"))]
    assert len(notes) == len(FORMULAS) == 21
    assert all(note.startswith("'") for note in notes)
    assert {note[1:].strip() for note in notes} >= {text.strip() for text in FORMULAS if text.isprintable()}


def test_every_text_of_an_xlsx_is_a_string(app, manager):
    service = ServiceFactory()
    for text in [*FORMULAS, "\x00".join("ab") if db.engine.dialect.name == "sqlite" else "a\x02b", "\ufffe", "\x1f"]:
        BookingFactory(service=service, notes=text)
    rows = read_xlsx(manager.get("/admin/bookings/export/xlsx/"))
    assert len(rows) == len(FORMULAS) + 4
    notes = rows[0].index(("inlineStr", "notes", None))
    assert {row[notes][0] for row in rows} == {"inlineStr"}
    assert all(formula is None for row in rows for _type, _text, formula in row)


def test_search_and_filters_are_honoured_and_the_export_is_recorded(app, manager):
    BookingFactory(status="cancelled", customer=UserFactory(email="ada@example.com"))
    BookingFactory(status="pending", customer=UserFactory(email="another.ada@example.com"))
    BookingFactory(status="cancelled")
    rows = read_csv(manager.get("/admin/bookings/export/csv/?status=cancelled&search=ada@"))
    assert [row["customer_email"] for row in rows] == ["ada@example.com"]
    [entry] = entries("bookings.exported")
    asked = {"search": [None, "ada@"], "status": [None, "cancelled"]}
    assert entry.changes == {"format": [None, "csv"], "rows": [None, 1], **asked}


@pytest.mark.parametrize("table", ["bookings", "services", "users"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_hold_no_secret_and_no_phone(app, manager, table, kind):
    BookingFactory()
    response = manager.get(f"/admin/{table}/export/{kind}/")
    content = response.get_data()
    if kind == "xlsx":
        content = b"".join(str(row).encode() for row in read_xlsx(response))
    assert b"@example.com" in content
    assert b"$2b$" not in content
    assert b"555 0100" not in content


def test_batches_lose_and_double_no_row(app, manager, monkeypatch):
    monkeypatch.setattr(export, "BATCH", 3)
    service = ServiceFactory()
    same = BookingFactory(service=service).scheduled_at
    for _each in range(10):
        BookingFactory(service=service, scheduled_at=same)
    db.session.execute(sa.update(Booking).where(Booking.scheduled_at == same).values(created_at=None))
    db.session.commit()
    for address in ("", "?sort=created_at", "?sort=created_at&desc=1", "?sort=status"):
        rows = read_csv(manager.get(f"/admin/bookings/export/csv/{address}"))
        assert len({row["id"] for row in rows}) == len(rows) == 11


def test_an_unknown_format_is_not_found(app, manager):
    assert manager.get("/admin/bookings/export/exe/").status_code == 404


def test_a_row_whose_people_are_gone_is_exported(app, manager):
    user = UserFactory()
    db.session.execute(sa.update(User).where(User.id == user.id).values(created_at=None))
    db.session.commit()
    assert user.email in {row["email"] for row in read_csv(manager.get("/admin/users/export/csv/"))}


def test_a_filter_that_cannot_be_understood_exports_nothing(app, manager):
    BookingFactory()
    response = manager.get("/admin/bookings/export/csv/?status=bogus")
    assert response.status_code == 400
    assert "choose one from the list" in response.get_data(as_text=True)
    assert not entries("bookings.exported")


def test_an_export_is_recorded_with_its_format_its_filters_and_how_many_rows_it_had(app, administrator):
    for _each in range(3):
        BookingFactory(status="pending")
    administrator.get("/admin/bookings/export/xlsx/?status=pending")
    [entry] = entries("bookings.exported")
    assert entry.changes == {"format": [None, "xlsx"], "rows": [None, 3], "status": [None, "pending"]}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+1 202 555 0100", "… (15 characters)"),
        ("ada 0049-30-901820 x", "… (20 characters)"),
        ("1632–960–839", "… (12 characters)"),
        ("1632_960_839", "… (12 characters)"),
        ("1632,960,839", "… (12 characters)"),
        ("1632", "… (4 characters)"),
        ("Avenida Ipiranga 176", "… (20 characters)"),
        ("5b Secret Street", "… (16 characters)"),
        ("٠٧٩١١١٢٣٤٥٦", "… (11 characters)"),
        ("1632960839@example.com", "… (22 characters)"),
        ("163-296-0839@example.com", "… (24 characters)"),
        ("ada1@example.com", "ada1@example.com"),
        ("0a1b2c3d", "0a1b2c3d"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("ada@example.com", "ada@example.com"),
        ("room 12", "… (7 characters)"),
        ("0b0f5e2c-7a54-4f3a-9d8e-1c2b3a4d5e6f", "0b0f5e2c-7a54-4f3a-9d8e-1c2b3a4d5e6f"),
    ],
)
def test_of_a_term_with_figures_only_its_length_is_recorded_where_it_may_be_a_phone_or_an_address(
    app, administrator, typed, kept
):
    administrator.get("/admin/users/export/csv/", query_string={"search": typed})
    [entry] = entries("users.exported")
    assert entry.changes["search"] == [None, kept]
    assert entry.changes["rows"] == [None, 0]
