"""The screen for a provider who is away: their bookings in that time, moved or cancelled as one batch."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.backoffice.bulk import BulkVerb
from marketplace.backoffice.guard import requires
from marketplace.backoffice.submitting import show_refusal, status_of
from marketplace.backoffice.table import TableView
from marketplace.batches.work import Deed
from marketplace.bookings.absence import Decision, carry_out, foresee_absence
from marketplace.bookings.away import MOST_LISTED, bookings_to_decide_on, times_for
from marketplace.bookings.away_forms import MOVE_ALL, AbsenceForm, AwayForm, Line, PeriodForm, reason_for
from marketplace.bookings.many import RESTORING
from marketplace.bookings.week import slot_of
from marketplace.database import utcnow
from marketplace.errors import DomainError
from marketplace.extensions import db, settings
from marketplace.permissions import Permission
from marketplace.web.formats import viewer_zone


def marketplace_zone() -> ZoneInfo:
    """Return the zone in which availabilities are meant."""
    return ZoneInfo(settings().timezone)


ABSENCE = BulkVerb(
    "absence",
    _l("Provider away"),
    Permission.BOOKINGS_CANCEL,  # Whoever may cancel may reschedule; the page that drafts asks for both.
    Deed(
        lambda booking, arguments, actor: carry_out(booking, arguments, zone=marketplace_zone(), actor=actor),
        lambda session: foresee_absence(session, zone=marketplace_zone()),
    ),
    AbsenceForm,
    undoing=RESTORING,
    telling=lambda arguments: Decision.read(arguments).told(arguments.get("overridden", "")),
)


class AwayScreen(TableView):
    """A screen of bookings with a page for those of a provider who is away."""

    @requires(Permission.BOOKINGS_RESCHEDULE)
    @expose("/provider-away/", methods=("GET", "POST"))
    def provider_away_view(self) -> Response | tuple[str, int]:
        if not current_user.may(Permission.BOOKINGS_CANCEL):
            abort(403)
        period, form = PeriodForm.of(request.args), AwayForm()
        if period.errors or not period.is_asked:
            refused = period.errors or request.method == "POST"
            return self.render("bookings/away.html", period=period, lines=None), 422 if refused else 200
        lines, are_more = self._lines(period)
        if request.method == "POST":
            preview = self._draft(period, form, lines)
            if preview:
                return redirect(preview)
        parts = {"period": period, "form": form, "lines": lines, "are_more": are_more}
        return self.render("bookings/away.html", **parts), status_of(form)

    def _lines(self, period: PeriodForm) -> tuple[list[Line], bool]:
        """Return the bookings of the page, and whether there are more of them than it has room for."""
        session, provider_id, ends_at = db.session(), period.provider.row.id, period.until.moment
        found = bookings_to_decide_on(
            session, provider_id=provider_id, starts_at=period.since.moment, ends_at=ends_at, now=utcnow()
        )
        listed, zone = found[:MOST_LISTED], viewer_zone()
        times = times_for(session, listed, provider_id=provider_id, ends_at=ends_at, zone=marketplace_zone())
        return [Line(each, [slot_of(time, zone) for time in times[each.id]]) for each in listed], found != listed

    def _draft(self, period: PeriodForm, form: AwayForm, lines: Sequence[Line]) -> str | None:
        """Draft the batch and return the address of its preview; None where something speaks against it."""
        form.outcome = 422
        if not form.validate():
            return None
        zone = marketplace_zone()
        try:
            decided = form.decided(lines, request.form, period=period, zone=zone)
        except DomainError as refused:
            form.outcome = refused.status
            show_refusal(form, refused)
            return None
        if form.for_all.data == MOVE_ALL:
            _tell_of_those_left(len(lines) - len(decided))
        return self.draft(
            ABSENCE,
            [(line.booking.id, line.decision.written(line.decision.warnings(line.booking, zone))) for line in decided],
            origin=self.get_url(".provider_away_view", **period.address),
            arguments={
                "reason": form.reason.data or "",
                "needs_reason": "yes" if reason_for(decided, zone) else "",
            },
        )


def _tell_of_those_left(number: int) -> None:
    if number:
        sentence = ngettext(
            "%(num)d booking is left as it is: nothing is free for it.",
            "%(num)d bookings are left as they are: nothing is free for them.",
            number,
        )
        flash(sentence, "warning")
