"""The first page after the log-in: what waits, and the way to it."""

import datetime as dt

import sqlalchemy as sa
from flask import render_template
from flask_admin import AdminIndexView, expose

from marketplace.backoffice.guard import ClosedView, requires
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.bookings.queries import bookings
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.permissions import Permission
from marketplace.web.formats import viewer_zone


class DashboardView(ClosedView, AdminIndexView):
    read_permission = Permission.DASHBOARD_READ

    @requires(Permission.DASHBOARD_READ)
    @expose("/")
    def index(self) -> str:
        now = utcnow()
        # Whole days, so that the list behind a figure holds exactly as many rows.
        today = dt.datetime.combine(now.astimezone(viewer_zone()).date(), dt.time(), viewer_zone())
        end = today + dt.timedelta(days=7)
        counts = dict(
            db.session.execute(
                sa.select(Booking.status, sa.func.count())
                .where(Booking.scheduled_at >= today, Booking.scheduled_at < end)
                .group_by(Booking.status),
            ).all()
        )
        days = {"from": f"{today:%Y-%m-%d}", "to": f"{end - dt.timedelta(days=1):%Y-%m-%d}"}
        waiting = bookings().where(Booking.status == BookingStatus.PENDING, Booking.scheduled_at >= now)
        soonest = db.session.scalars(waiting.order_by(Booking.scheduled_at, Booking.id).limit(8)).unique().all()
        return render_template(
            "dashboard/index.html",
            view=self,
            admin_view=self,
            counts=counts,
            days=days,
            soonest=soonest,
        )
