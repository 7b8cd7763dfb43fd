"""Exports: any number of rows as CSV or XLSX, in constant memory, with no cell that a spreadsheet would run."""

import csv
import datetime as dt
import functools
import io
import re
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session

from marketplace.backoffice.copying import CHUNK, Tally, can_copy, copy_lines, read_rows
from marketplace.backoffice.formulas import shown
from marketplace.backoffice.ordering import Order, Position
from marketplace.errors import NotAllowedNow
from marketplace.extensions import db
from marketplace.words import gettext as _

BATCH = 2000
"""Rows read at a time where they cannot be copied; no connection is held while a slow client takes them."""

COUNTED = 1000
"""Rows up to which a file is read before it is given out, so that their number and its length are known."""

READ_AHEAD = 0.05
"""Seconds that this may take."""

XLSX_ROWS = 1_048_575
"""Rows of a worksheet below its header (ECMA-376)."""

XLSX_TEXT = 32_767
"""Characters that a cell holds."""

UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML has no way to write."""


@dataclass(frozen=True)
class ExportedFile:
    """A file on its way out; what is not yet known of it is None."""

    content_type: str
    chunks: Iterator[bytes]
    close: Callable[[], None]
    """Stop whatever still makes the file."""
    rows: int | None = None
    length: int | None = None
    """Bytes."""

    @property
    def headers(self) -> dict[str, str]:
        known = {"X-Row-Count": self.rows, "Content-Length": self.length}
        return {name: str(number) for name, number in known.items() if number is not None}


def csv_file(session: Session, select: sa.Select[Any], order: Order) -> ExportedFile:
    """Begin a CSV file (RFC 4180, UTF-8 with the mark that tells Excel so) of the rows of `select`."""
    tally = Tally()
    head = b"\xef\xbb\xbf" + csv_lines([select.selected_columns.keys()])
    if can_copy(db.engine):
        chunks = copy_lines(db.engine, select, order, head=head, tally=tally)
    else:
        chunks = csv_chunks(head, exported_rows(session, select, order), tally)
    ahead, is_whole = _read_ahead(chunks, tally)
    return ExportedFile(
        "text/csv; charset=utf-8",
        _joined(ahead, chunks),
        chunks.close,
        rows=tally.rows if is_whole else None,
        length=sum(map(len, ahead)) if is_whole else None,
    )


def xlsx_file(session: Session, select: sa.Select[Any], order: Order) -> ExportedFile:
    """Write an XLSX file of the rows of `select` to a temporary place, to be given out from there.

    :raises NotAllowedNow: when there are more rows than a worksheet holds.
    """
    rows = read_rows(db.engine, select, order) if can_copy(db.engine) else exported_rows(session, select, order)
    file = tempfile.TemporaryFile(prefix="export-")  # noqa: SIM115 - it is read when this function is done
    try:
        count = write_xlsx(file, select.selected_columns.keys(), rows)
        length = file.seek(0, io.SEEK_END)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    finally:
        rows.close()
    return ExportedFile(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        iter(functools.partial(file.read, CHUNK), b""),
        file.close,
        rows=count,
        length=length,
    )


FORMATS = {"csv": csv_file, "xlsx": xlsx_file}


def exported_rows(session: Session, select: sa.Select[Any], order: Order) -> Generator[Sequence[Any]]:
    """Yield every row of `select` in `order`, page by page, so that none is missed or doubled for want of a lock."""
    sorted_by = [column.label(f"sort_{number}") for number, column in enumerate(order.columns)]
    paged = select.add_columns(*sorted_by)
    position: Position | None = None
    while True:
        statement = paged.order_by(None).order_by(*order.clauses(backwards=False)).limit(BATCH)
        if position is not None:
            statement = statement.where(order.beyond(position, backwards=False))
        rows = session.execute(statement).all()
        session.rollback()
        yield from (row[: -len(sorted_by)] for row in rows)
        if len(rows) < BATCH:
            return
        value, *rest = rows[-1][-len(sorted_by) :]
        position = Position(value, tuple(rest))


def csv_chunks(head: bytes, rows: Iterable[Sequence[Any]], tally: Tally) -> Generator[bytes]:
    """Yield `head`, then `rows` as lines of CSV, some 64 KiB at a time."""
    buffer = bytearray(head)
    for row in rows:
        tally.rows += 1
        buffer += csv_lines([map(shown, row)])
        if len(buffer) >= CHUNK:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)


def csv_lines(rows: Iterable[Iterable[str]]) -> bytes:
    """Return `rows` as lines of CSV, every value quoted."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def write_xlsx(file: Any, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a workbook of one sheet and return the number of rows below its header.

    :raises NotAllowedNow: when there are more rows than a worksheet holds.
    """
    number = 0
    with (
        tempfile.TemporaryDirectory(prefix="export-") as folder,  # What is half done is left nowhere else.
        xlsxwriter.Workbook(file, {"constant_memory": True, "remove_timezone": True, "tmpdir": folder}) as book,
    ):
        sheet = book.add_worksheet()
        write = _cell_writers(sheet, book)
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            if number > XLSX_ROWS:
                raise NotAllowedNow(_("This is more than a worksheet holds. Narrow it down, or export as CSV."))
            for column, value in enumerate(row):
                if value is not None:
                    write.get(type(value), write[str])(number, column, value)
    return number


def _cell_writers(sheet: Any, book: Any) -> dict[type, Callable[[int, int, Any], object]]:
    """Return how to write a cell of each type; whatever else there is comes out as text."""
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    amount = book.add_format({"num_format": "0.00"})

    def write_text(row: int, column: int, value: Any) -> None:
        text = str(value)  # As a string whatever it looks like.
        sheet.write_string(row, column, (text if text.isprintable() else UNWRITABLE.sub("\ufffd", text))[:XLSX_TEXT])

    return {
        str: write_text,
        dt.datetime: lambda row, column, value: sheet.write_datetime(row, column, value.astimezone(dt.UTC), moment),
        Decimal: lambda row, column, value: sheet.write_number(row, column, value, amount),
        bool: sheet.write_boolean,
        int: sheet.write_number,
    }


def _read_ahead(chunks: Iterator[bytes], tally: Tally) -> tuple[list[bytes], bool]:
    """Return the first chunk and what follows at once, and whether that is all; what fails here has begun no file."""
    ahead = [next(chunks)]
    until = time.monotonic() + READ_AHEAD
    for chunk in chunks:
        ahead.append(chunk)
        if tally.rows > COUNTED or time.monotonic() > until:
            return ahead, False
    return ahead, tally.rows <= COUNTED


def _joined(ahead: list[bytes], chunks: Iterator[bytes]) -> Iterator[bytes]:
    while ahead:
        yield ahead.pop(0)
    yield from chunks
