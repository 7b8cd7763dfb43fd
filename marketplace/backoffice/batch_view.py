"""The screen of batches: what one will do, how far it is, what became of each row; undone, retried, downloaded."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, make_response, redirect, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from marketplace.audit import record
from marketplace.backoffice.batch_account import (
    Group,
    account_of,
    foretell,
    reason_of,
    result_lines,
    titled_outcomes,
)
from marketplace.backoffice.bulk import BatchForm, BulkVerb, BulkVerbs
from marketplace.backoffice.cells import Cell, badge_cell, brief_time_cell, time_cell, wrapped_cell
from marketplace.backoffice.editing import OF_THE_PAGE
from marketplace.backoffice.fields import PlainForm
from marketplace.backoffice.filters import ChoiceFilter, DateFilter, TextFilter
from marketplace.backoffice.guard import ask_for_proof, for_every_member
from marketplace.backoffice.screen import actor
from marketplace.backoffice.search import Search, Source, spaced_text
from marketplace.backoffice.submitting import status_of, submit
from marketplace.backoffice.table import TableView
from marketplace.batches.models import Batch, BatchState
from marketplace.batches.operations import (
    draft_retry,
    draft_undo,
    note_rows,
    resume_batch,
    retry_refusal,
    start_batch,
    stop_batch,
    stop_refusal,
    undo_refusal,
    undoing_of,
)
from marketplace.batches.queries import PARTS
from marketplace.batches.running import Outcome, run_batch
from marketplace.batches.work import Work
from marketplace.database import utcnow
from marketplace.extensions import settings
from marketplace.permissions import Permission
from marketplace.transaction import in_transaction
from marketplace.web.formats import number
from marketplace.web.headers import hide_referrer

SECONDS_IN_ONE_GO = 20.0
"""For how long one request works on a batch of a verb whose results are shown only in that one answer."""

STATES = [
    (BatchState.RUNNING.value, _l("Running")),
    (BatchState.FINISHED.value, _l("Finished")),
]

state_cell = badge_cell(
    lambda row: row.state,
    lambda: {
        BatchState.DRAFT: (_("not begun"), "cancelled"),
        BatchState.RUNNING: (_("running"), "pending"),
        BatchState.FINISHED: (_("finished"), "completed"),
    },
)


def progress_cell(_name: str) -> Cell:
    return lambda row: _("%(done)s of %(all)s", done=number(row.done), all=number(row.size))


class BatchView(TableView):
    """Batches of all tables."""

    record_name = "batch"
    read_permission = Permission.BOOKINGS_READ  # Every role has it; what a batch is about has a permission of its own.
    details_template = "batches/batch.html"
    empty_hint = _l("Tick rows of a list and choose what to do with them.")

    column_list = ("what", "state", "progress", "author_label", "created_at")
    column_labels = {
        "what": _l("What"),
        "state": _l("State"),
        "progress": _l("Done"),
        "author_label": _l("By"),
        "created_at": _l("When"),
    }
    cells = {"state": state_cell, "progress": progress_cell, "author_label": wrapped_cell, "created_at": time_cell}
    list_cells = {"created_at": brief_time_cell}
    only = (Batch.state != BatchState.DRAFT,)
    sort_columns = {"created_at": Batch.created_at}
    list_filters = (
        ChoiceFilter("state", _l("State"), STATES, lambda state: Batch.state == state),
        TextFilter("by", _l("By"), lambda text: Batch.author_label == text),
        DateFilter("from", _l("From"), lambda moment: Batch.created_at >= moment),
        DateFilter("to", _l("To"), lambda moment: Batch.created_at < moment, whole_day=True),
    )
    tabs = "state"
    searched = Search(
        Batch.id,
        through=((Batch.id, Source(Batch.id, spaced_text(Batch.author_label, Batch.verb))),),
        ids=(Batch.id,),
    )
    search_hint = _l("By whom, or id")

    def __init__(self, *, screens: Sequence[BulkVerbs], **options: Any) -> None:
        """:param screens: of the tables whose rows batches are about."""
        super().__init__(Batch, **options)
        self.screens = {screen.model.__tablename__: screen for screen in screens}

    # -- Words -----------------------------------------------------------------------------

    def title_of(self, row: Any) -> str:
        """Name a batch by what it does, to how many of what."""
        screen = self.screens.get(row.subject_type)
        verb = screen.bulk_verb(row.verb) if screen else None
        label = verb.label if verb else row.verb
        if row.undoes_id is not None:
            label = _("Undo “%(verb)s”", verb=label)
        rows = screen.name.lower() if screen and row.size != 1 else screen.record_name if screen else row.subject_type
        return _("%(verb)s: %(number)s %(rows)s", verb=label, number=number(row.size), rows=rows)

    def cell(self, name: str) -> Cell:
        if name == "what":
            return self.title_of
        return super().cell(name)

    # -- The page of a batch -----------------------------------------------------------------

    def details_page(self, row: Batch, **parts: Any) -> str:
        screen, verb = self._subject(row)
        if not current_user.may(screen.read_permission):
            abort(403)
        may_run = verb is not None and current_user.may(verb.permission)
        told: dict[str, Any] = {"screen": screen, "verb": verb, "may_run": may_run, "title": self.title_of(row)}
        told["panels"] = screen.consequences(row)
        if row.state == BatchState.DRAFT:
            ready, refused = foretell(row, screen, verb, self._work(row, screen, verb)) if verb else (Group(None), [])
            told |= {"ready": ready, "refused": refused}
            told["form"] = self._form(row, verb, fresh=True)
        else:
            told |= self._account(row, screen, verb)
        return self.render(self.details_template, row=row, **{**told, **parts})

    def _account(self, batch: Batch, screen: BulkVerbs, verb: BulkVerb | None) -> dict[str, Any]:
        """Tell what became of the items, a page of them, and what can be done now."""
        part, after = request.args.get("show", ""), request.args.get("after", "")
        position = int(after) if after.isdecimal() and len(after) < 10 else 0
        may_run = verb is not None and current_user.may(verb.permission)
        undoable = may_run and verb is not None and verb.undoing is not None and batch.undoes_id is None
        return {
            "reason": reason_of(batch, verb),
            "account": account_of(batch, screen, verb, part=part, after=position),
            "part": part if part in PARTS else "",
            "is_first": not after,
            "undo": (undo_refusal(batch),) if undoable and batch.state == BatchState.FINISHED else None,
            "can_retry": may_run and not retry_refusal(batch),
            "can_stop": may_run and not stop_refusal(batch),
            "can_download": self._may_download(screen, verb),
            "undone_by": undoing_of(batch) if batch.done else None,
        }

    def row_url(self, screen: BulkVerbs, subject_id: uuid.UUID) -> str:
        return self.get_url(f"{screen.endpoint}.details_view", id=subject_id)

    # -- What can be done with it --------------------------------------------------------------

    @for_every_member
    @expose("/<uuid:record_id>/start", methods=("POST",))
    def start_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        batch, screen, verb = self._to_run(record_id)
        if batch.state != BatchState.DRAFT:
            return redirect(self.url_of(batch))  # Sent twice, it is begun once.
        form, title, who = self._form(batch, verb), self.title_of(batch), actor()
        typed = {name: value for name, value in form.data.items() if name not in OF_THE_PAGE}
        asked = {**batch.arguments, **typed}
        begun = submit(form, lambda: start_batch(batch, arguments=asked, label=title, actor=who))
        if begun is None:
            return self.details_page(self.find(str(record_id)), form=form), status_of(form)
        if verb.hands_out:
            return self._hand_out(batch, screen, verb)
        self._run(batch, screen, verb, settings().batch_seconds)
        return redirect(self.url_of(batch))

    @for_every_member
    @expose("/<uuid:record_id>/progress", methods=("GET", "POST"))
    def progress_view(self, record_id: uuid.UUID) -> Response | str:
        """Tell how far a batch is; with POST, go on with it for a second first."""
        if request.method != "POST":
            batch = self.find(str(record_id))
            if not current_user.may(self._subject(batch)[0].read_permission):
                abort(403)
        else:
            batch, screen, verb = self._to_run(record_id)
            if verb.hands_out and (question := ask_for_proof(self.url_of(batch))):
                return question
            title, who = self.title_of(batch), actor()
            in_transaction(lambda: resume_batch(batch, label=title, actor=who))
            if verb.hands_out:
                return self._hand_out(batch, screen, verb)
            self._run(batch, screen, verb, settings().batch_seconds)
            if "X-Step" not in request.headers:
                return redirect(self.url_of(batch))
        return self.render("batches/progress.html", row=self.find(str(record_id)))

    @for_every_member
    @expose("/<uuid:record_id>/stop", methods=("POST",))
    def stop_view(self, record_id: uuid.UUID) -> Response:
        batch, _screen, _verb = self._to_run(record_id)
        title, who = self.title_of(batch), actor()
        in_transaction(lambda: stop_batch(batch, label=title, actor=who))
        flash(_("The batch is stopped. What was done stays done."), "success")
        return redirect(self.url_of(batch))

    @for_every_member
    @expose("/<uuid:record_id>/retry", methods=("POST",))
    def retry_view(self, record_id: uuid.UUID) -> Response:
        batch, _screen, verb = self._to_run(record_id)
        who = actor()

        def act() -> Batch:
            retry = draft_retry(batch, actor=who)
            if verb.noting and retry.undoes_id is None:
                note_rows(retry, verb.noting)  # The preview shows the rows as they are by now.
            return retry

        return redirect(self.url_of(in_transaction(act)))

    @for_every_member
    @expose("/<uuid:record_id>/undo", methods=("POST",))
    def undo_view(self, record_id: uuid.UUID) -> Response:
        batch, _screen, verb = self._to_run(record_id)
        if verb.undoing is None:
            abort(409, _("This cannot be undone."))
        who = actor()
        undo = in_transaction(lambda: draft_undo(batch, actor=who))
        return redirect(self.url_of(undo))

    @for_every_member
    @expose("/<uuid:record_id>/result")
    def result_view(self, record_id: uuid.UUID) -> Response:
        """Give every item and what became of it as a CSV file; who took it out is recorded."""
        batch = self.find(str(record_id))
        screen, verb = self._subject(batch)
        if not self._may_download(screen, verb):
            abort(403)
        if batch.state == BatchState.DRAFT:
            abort(409, _("Nothing was done yet."))
        if question := ask_for_proof():
            return question
        title = self.title_of(batch)
        who = actor()
        in_transaction(
            lambda: record("batch.exported", batch, actor=who, label=title, changes={"items": (None, batch.size)})
        )
        name = f"batch-{utcnow():%Y%m%d-%H%M}-{str(batch.id)[:8]}.csv"
        return FlaskResponse(
            stream_with_context(result_lines(batch, screen)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f"attachment; filename={name}"},
        )

    # -- What they are made of ---------------------------------------------------------------

    def _subject(self, batch: Batch) -> tuple[BulkVerbs, BulkVerb | None]:
        """Return the screen of the table a batch is about, and its verb, or answer 404 for a table of no screen."""
        screen = self.screens.get(batch.subject_type) or abort(404)
        return screen, screen.bulk_verb(batch.verb)

    def _to_run(self, record_id: uuid.UUID) -> tuple[Batch, BulkVerbs, BulkVerb]:
        """Return a batch whose verb the visitor may run, with its screen and verb; else answer 404 or 403."""
        batch = self.find(str(record_id))
        screen, verb = self._subject(batch)
        if verb is None:
            abort(404)
        if not current_user.may(verb.permission):
            abort(403)
        return batch, screen, verb

    @staticmethod
    def _may_download(screen: BulkVerbs, verb: BulkVerb | None) -> bool:
        permissions = (verb.permission if verb else None, screen.export_permission)
        return any(permission is not None and current_user.may(permission) for permission in permissions)

    @staticmethod
    def _form(batch: Batch, verb: BulkVerb | None, *, fresh: bool = False) -> FlaskForm:
        kind = PlainForm if verb is None or batch.undoes_id is not None else verb.form
        form = kind(formdata=None, data=batch.arguments) if fresh else kind()
        if isinstance(form, BatchForm):
            form.drafted_with = batch.arguments
        return form

    @staticmethod
    def _work(batch: Batch, screen: BulkVerbs, verb: BulkVerb) -> Work:
        deed = verb.deed if batch.undoes_id is None else verb.undoing
        if deed is None:
            abort(409, _("This cannot be undone."))
        return screen.work(deed)

    def _run(self, batch: Batch, screen: BulkVerbs, verb: BulkVerb, seconds: float) -> list[Outcome]:
        return run_batch(batch.id, self._work(batch, screen, verb), actor=actor(), seconds=seconds)

    def _hand_out(self, batch: Batch, screen: BulkVerbs, verb: BulkVerb) -> Response:
        """Do it all, and show the results, which nobody will see again."""
        outcomes = self._run(batch, screen, verb, SECONDS_IN_ONE_GO)
        if not outcomes:
            return redirect(self.url_of(batch))
        parts = {"title": self.title_of(batch), "outcomes": list(titled_outcomes(screen, outcomes))}
        page = self.render("batches/handed_out.html", row=self.find(str(batch.id)), screen=screen, **parts)
        return hide_referrer(make_response(page))
