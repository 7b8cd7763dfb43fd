"""Exports: any number of rows as CSV or XLSX, in constant memory, with no cell that a spreadsheet would run."""

import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session

from marketplace.backoffice.paging import Order, Position
from marketplace.errors import NotAllowedNow
from marketplace.words import gettext as _

BATCH = 2000
"""Rows read at a time; no cursor and no connection is held while a slow client takes them."""

XLSX_ROWS = 1_048_575
"""Rows of a worksheet below its header (ECMA-376)."""

CHUNK = 64 * 1024
"""Bytes."""

FORMULA = re.compile(r"^[\s\x00-\x1f\x7f'\"\u200b\ufeff]*[=+\-@＝＋－＠|%]")  # Full-width signs run, too.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML has no way to write."""


def exported_rows(session: Session, select: sa.Select[Any], order: Order) -> Iterator[Sequence[Any]]:
    """Yield every row of `select` in `order`, page by page, so that none is missed or doubled for want of a lock."""
    paged = select.add_columns(order.column.label("sort_value"), order.identity.label("row_id"))
    position: Position | None = None
    while True:
        statement = paged.order_by(None).order_by(*order.clauses(backwards=False)).limit(BATCH)
        if position is not None:
            statement = statement.where(order.beyond(position, backwards=False))
        rows = session.execute(statement).all()
        session.rollback()
        yield from (row[:-2] for row in rows)
        if len(rows) < BATCH:
            return
        position = Position(rows[-1].sort_value, rows[-1].row_id)


def csv_chunks(header: Sequence[str], rows: Iterator[Sequence[Any]]) -> Iterator[bytes]:
    """Write a CSV file (RFC 4180, UTF-8 with the mark that tells Excel so), a chunk at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    yield b"\xef\xbb\xbf" + buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def xlsx_chunks(header: Sequence[str], rows: Iterator[Sequence[Any]]) -> Iterator[bytes]:
    """Write an XLSX file to a temporary place, then give it out a chunk at a time.

    :raises NotAllowedNow: when there are more rows than a worksheet holds.
    """
    with tempfile.TemporaryFile(prefix="export-") as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "remove_timezone": True})
        sheet = book.add_worksheet()
        formats = {
            dt.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            Decimal: book.add_format({"num_format": "0.00"}),
        }
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            if number > XLSX_ROWS:
                raise NotAllowedNow(_("This is more than a worksheet holds. Narrow it down, or export as CSV."))
            for column, value in enumerate(row):
                _write_cell(sheet, number, column, value, formats)
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def csv_cell(value: Any) -> str:
    """Return `value` as CSV text that no spreadsheet takes for a formula (CWE-1236)."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds")
    if not isinstance(value, str):
        return str(value)
    return f"'{value}" if FORMULA.match(value) else value


def _write_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if isinstance(value, str):
        # As a string whatever it looks like; 32,767 characters is what a cell holds.
        sheet.write_string(row, column, UNWRITABLE.sub("\ufffd", value)[:32_767])
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value.astimezone(dt.UTC), formats[dt.datetime])
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, value, formats[Decimal])
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, str(value))


FORMATS = {
    "csv": ("text/csv; charset=utf-8", csv_chunks),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_chunks),
}
