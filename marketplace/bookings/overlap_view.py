"""The radar: confirmed bookings of one provider that share time, soonest first, with what can be done about them."""

from flask import request
from flask_admin import expose

from marketplace.backoffice.guard import requires
from marketplace.backoffice.paging import Place, asked_page
from marketplace.backoffice.table import TableView
from marketplace.bookings.overlaps import SOONEST_FIRST, find_overlaps
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.permissions import Permission

OVERLAPS = 25
"""On a page."""


class OverlapScreen(TableView):
    """A screen of bookings with a page of those that overlap."""

    @requires(Permission.BOOKINGS_READ)
    @expose("/overlaps/")
    def overlaps_view(self) -> str:
        past = request.args.get("past") == "1"
        direction, cursor = asked_page(request.args)
        place = Place.read(SOONEST_FIRST, size=OVERLAPS, direction=direction, cursor=cursor)
        page = find_overlaps(db.session(), place, since=None if past else utcnow())
        return self.render("bookings/overlaps.html", page=page, past=past)
