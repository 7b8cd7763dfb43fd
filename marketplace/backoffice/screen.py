"""The frame of every table's screen: Flask-Admin's ModelView, shut and stripped to what we use of it."""

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import abort, render_template, url_for
from flask_admin.contrib.sqla import ModelView
from flask_login import current_user
from flask_wtf import FlaskForm

from marketplace.backoffice.cells import Cell, CellMaker, plain_cell
from marketplace.backoffice.guard import ClosedView
from marketplace.extensions import db


class Screen(ClosedView, ModelView):
    """One table: how its rows are found, named and shown."""

    can_create = can_edit = can_delete = can_export = False
    can_view_details = True
    column_display_actions = False
    cells: ClassVar[Mapping[str, CellMaker]] = {}
    """Column to what makes its cell; the others show what is stored."""
    column_sortable_list: ClassVar[tuple[str, ...]] = ()

    # Flask-Admin opens these to whoever may list; nothing is deleted, and edits go through forms.
    delete_view = ajax_update = None

    record_name: ClassVar[str] = ""
    """What one row is called: `booking`."""

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(model, db, **options)

    def rows(self) -> sa.Select[Any]:
        """Return the select of the list, with everything its columns show."""
        return sa.select(self.model)

    def row_details(self) -> sa.Select[Any]:
        """Return the select of one row, with everything its page shows."""
        return self.rows()

    def title_of(self, row: Any) -> str:
        return str(row)

    def told_apart(self, _row: Any) -> str:
        """Return what tells a row from others of the same title; nothing where titles do."""
        return ""

    def find(self, text: str | None, select: sa.Select[Any] | None = None) -> Any:
        """Return the row with this id, or answer 404, be the id unknown or malformed."""
        try:
            identity = self._identity.type.python_type(text)
        except (ValueError, TypeError):
            abort(404)
        if isinstance(identity, int) and not 0 < identity < 2**63:
            abort(404)
        chosen = self.rows() if select is None else select
        return db.session.scalars(chosen.where(self._identity == identity)).unique().one_or_none() or abort(404)

    def url_of(self, row: Any) -> str:
        return self.get_url(".details_view", id=row.id)

    # -- What Flask-Admin asks -------------------------------------------------------------

    @property
    def _identity(self) -> Any:
        return self.model.id

    def get_url(self, endpoint: str, **kwargs: Any) -> str:
        return url_for(endpoint, **kwargs)

    def render(self, template: str, **parts: Any) -> str:
        return render_template(template, view=self, admin_view=self, **parts)

    def scaffold_form(self) -> type[FlaskForm]:
        """Scaffold nothing: forms are written out, so that no column gets into one by itself."""
        return FlaskForm

    def cell(self, name: str) -> Cell:
        """Make the cell of a column, for a whole page of rows."""
        return self.cells.get(name, plain_cell)(name)


def actor() -> Any:
    """Return the staff member who acts in this request."""
    return current_user.member
