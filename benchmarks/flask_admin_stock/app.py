"""The admin: column lists, eager joins, ajax look-ups, a simple pager without counts."""

import os

from flask import Flask
from flask_admin import Admin
from flask_admin.actions import action
from flask_admin.contrib.sqla import ModelView
from flask_admin.contrib.sqla.ajax import QueryAjaxModelLoader
from flask_admin.theme import Bootstrap4Theme

from benchmarks.flask_admin_stock.models import Booking, Service, User, db

STATUSES = [(status, status.capitalize()) for status in ("pending", "confirmed", "completed", "cancelled")]


class BookingView(ModelView):
    page_size = 50
    simple_list_pager = True
    named_filter_urls = True
    can_view_details = True
    can_export = True
    export_max_rows = 0
    column_list = ("scheduled_at", "status", "customer.name", "service.title", "provider.name", "total_amount",
                   "created_at")  # fmt: skip
    column_details_list = (
        "id",
        "status",
        "scheduled_at",
        "duration",
        "customer.name",
        "customer.email",
        "service.title",
        "provider.name",
        "provider.email",
        "total_amount",
        "notes",
        "created_at",
    )
    column_export_list = (
        "id",
        "status",
        "scheduled_at",
        "duration",
        "total_amount",
        "service.currency",
        "customer.email",
        "customer.name",
        "service.title",
        "provider.email",
        "provider.name",
        "notes",
        "created_at",
    )
    column_select_related_list = (Booking.customer, Booking.service, Booking.provider)
    column_searchable_list = ("customer.email", "customer.name", "provider.email", "provider.name", "service.title")
    column_filters = ("status", "scheduled_at")
    column_choices = {"status": STATUSES}
    column_sortable_list = ("scheduled_at", "status", ("total_amount", ("total_amount", "id")), "created_at")
    column_default_sort = [("created_at", True), ("id", True)]
    form_columns = ("customer", "service", "provider", "status", "scheduled_at", "duration", "total_amount", "notes")
    form_choices = {"status": STATUSES}
    form_ajax_refs = {
        "customer": QueryAjaxModelLoader("customer", db, User, fields=["email"], page_size=10),
        "provider": QueryAjaxModelLoader("provider", db, User, fields=["email"], page_size=10),
        "service": QueryAjaxModelLoader("service", db, Service, fields=["title"], page_size=10),
    }

    @action("cancel", "Cancel", "Cancel the selected bookings?")
    def cancel(self, ids: list[str]) -> None:
        chosen = Booking.id.in_(ids), Booking.status.in_(("pending", "confirmed"))
        db.session.query(Booking).filter(*chosen).update({"status": "cancelled"}, synchronize_session=False)
        db.session.commit()


class UserView(ModelView):
    page_size = 50
    simple_list_pager = True
    column_list = ("email", "name", "role", "created_at", "updated_at")
    column_searchable_list = ("email", "name")
    column_filters = ("role",)
    column_default_sort = [("created_at", True), ("id", True)]
    form_columns = ("email", "role")


app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"],
    SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"),
)
db.init_app(app)
admin = Admin(app, name="Marketplace", theme=Bootstrap4Theme())
admin.add_view(BookingView(Booking, db, endpoint="bookings", url="/admin/bookings"))
admin.add_view(UserView(User, db, endpoint="users", url="/admin/users"))
