"""The page of a user with what administrators can do about a person's data: write it into a file, anonymise it."""

import tempfile
import uuid
from functools import partial
from typing import Any

from flask import request, send_file, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.models import User
from marketplace.accounts.views import UserView
from marketplace.backoffice.guard import requires
from marketplace.backoffice.screen import actor
from marketplace.extensions import db, settings
from marketplace.passwords import hash_password
from marketplace.permissions import Permission
from marketplace.staff.proof import PasswordProofForm
from marketplace.subjects.anonymisation import anonymise_refusal, anonymise_user, coming_sides, unknown_password
from marketplace.subjects.export import record_export, write_subject
from marketplace.subjects.forms import AnonymiseForm

IN_MEMORY = 1_000_000
"""Bytes of a file that are held in memory; what is longer goes through a temporary file on the server's disk."""


class PersonView(UserView):
    @requires(Permission.USERS_EXPORT_SUBJECT)
    @expose("/<uuid:record_id>/subject-export", methods=("GET", "POST"))
    def subject_export_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        """Give all that is held about the person as one file, once it is recorded that somebody takes it out."""
        user, form = self.find(str(record_id)), PasswordProofForm()
        if request.method == "POST" and self.submit(form, lambda: record_export(user, actor=actor())):
            file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - it is read after this returns
            write_subject(db.session(), user, file)
            file.seek(0)
            name = f"subject-{record_id}.json"
            return send_file(file, mimetype="application/json", as_attachment=True, download_name=name)
        return self.render("subjects/export.html", row=user, form=form), self.status_of(form)

    @requires(Permission.USERS_ANONYMISE)
    @expose("/<uuid:record_id>/anonymisation", methods=("GET", "POST"))
    def anonymisation_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        user, form = self.find(str(record_id)), AnonymiseForm()
        unknown = hash_password(unknown_password(), cost=settings().bcrypt_cost) if request.method == "POST" else ""
        return self.verb_page(
            user,
            form,
            lambda: anonymise_user(
                user,
                email=form.email.data or "",
                reason=form.reason.data or "",
                password_hash=unknown,
                actor=actor(),
            ),
            title=_("Anonymise this person"),
            done=_("The person is anonymised."),
            template="subjects/anonymise.html",
            refusal=anonymise_refusal(user),
            style="danger",
            coming=partial(self._coming, user),
        )

    def _coming(self, user: User) -> list[tuple[str, str]]:
        """Return words and address of the bookings to come, on the side of which there are any."""
        words = {"customer": _("Their bookings to come"), "provider": _("Bookings to come with this provider")}
        narrowed: dict[str, Any] = {"coming": "yes", "sort": "scheduled_at"}
        return [
            (words[side], url_for("bookings.index_view", **{side: user.id, **narrowed})) for side in coming_sides(user)
        ]
