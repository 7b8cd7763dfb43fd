"""The rows of a list as HTML: in no template, since a page has hundreds of cells, and little else costs time."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from marketplace.backoffice.cells import Cell, html


def table_rows(
    rows: Sequence[Any],
    cells: Sequence[tuple[str, Cell]],
    *,
    address: str,
    with_boxes: bool,
    end: str = "",
    row_id: str = "r",
) -> Markup:
    """Return a table row for each of `rows`.

    :param cells: column and cell; the first names the row and leads to its page.
    :param address: of a row's page, without its id.
    :param with_boxes: whether rows can be selected.
    :param end: of a row's address, behind its id.
    :param row_id: begins the ids of the elements that name the rows.
    """
    (_name, head), *others = cells
    link = escape(address)
    opened = [(f"<td{_css_class(name)}>", cell) for name, cell in others]
    lines = []
    for number, row in enumerate(rows, start=1):
        identity = str(row.id)
        box = f'<td><input type="checkbox" name="rowid" value="{identity}" aria-labelledby="{row_id}{number}"></td>'
        values = "".join([f"{tag}{_escaped(cell(row))}</td>" for tag, cell in opened])
        name = f'<a href="{link}{identity}{end}">{_escaped(head(row))}</a>'
        lines.append(f'<tr>{box if with_boxes else ""}<th scope="row" id="{row_id}{number}">{name}</th>{values}</tr>')
    return html("\n".join(lines))


def _escaped(value: Any) -> str:
    return value if type(value) is Markup else escape(value)  # What escape() does, but for the time it takes.


NUMBERS = frozenset({"total_amount", "price", "duration"})
"""Columns of figures, set flush right."""


def _css_class(name: str) -> str:
    return ' class="number"' if name in NUMBERS else ""
