"""Forms over bookings."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

from flask_babel import lazy_gettext as _
from wtforms import DecimalField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from marketplace.accounts.models import User
from marketplace.accounts.queries import find_customers, find_providers, get_provider
from marketplace.backoffice.editing import EditForm
from marketplace.backoffice.fields import Within, id_of, strip
from marketplace.backoffice.lookup import Lookup, LookupField
from marketplace.bookings.times import TimeField, WeekForm, read_moment
from marketplace.listings.queries import find_services, get_service
from marketplace.web.formats import money

MOST = 99_999_999
"""Of any money column, Numeric(10, 2)."""

LONGEST = 60 * 24 * 31
"""Minutes."""

CUSTOMERS = Lookup(
    find=find_customers,
    get=lambda session, identity: session.get(User, identity),
    name=lambda user: user.email,
    label=lambda user: f"{user.name} <{user.email}>" if user.name != user.email else user.email,
)
PROVIDERS = replace(CUSTOMERS, find=find_providers, get=get_provider)
SERVICES = Lookup(
    find=find_services,
    get=get_service,
    name=lambda service: service.title,
    label=lambda service: " · ".join(
        (
            service.title,
            money(service.price, service.currency),
            service.provider.email if service.provider else "?",
        )
    ),
)


class NewBookingForm(WeekForm):
    booking_id = HiddenField(default=lambda: str(uuid.uuid4()))
    """Names the page, so that sending it twice makes one booking."""
    customer = LookupField(_("Customer"), CUSTOMERS, [DataRequired()], description=_("E-mail or name."))
    service = LookupField(_("Service"), SERVICES, [DataRequired()], description=_("Title or provider."))
    scheduled_at = TimeField(_("When"))
    duration = IntegerField(
        _("Duration (minutes)"),
        [Optional(), Within(min=1, max=LONGEST)],
        description=_("Empty: as the service says."),
    )
    total_amount = DecimalField(
        _("Total amount"),
        [Optional(), Within(min=Decimal("0.01"), max=MOST)],
        places=2,
        description=_("In the service’s currency. Empty: its price."),
    )
    notes = TextAreaField(_("Notes"), [Length(max=5000)], filters=[strip])
    reason = StringField(
        _("Reason"),
        [Length(max=1000)],
        filters=[strip],
        description=_("Only where the time is outside the provider’s hours, in the past, or the service inactive."),
    )

    def look(self) -> None:
        """Find out whose week is to be shown, and keep the name of the customer where one was chosen."""
        for field in (self.service, self.customer):
            if field is self.service or field.data:
                field.validate(self)

    @property
    def chosen_id(self) -> uuid.UUID:
        """The id the booking will have: another one where something else is typed after going back to the page."""
        who, what, when = self.customer.row.id, self.service.row.id, self.scheduled_at.moment
        return id_of(self.booking_id.data, who, what, when, self.duration.data, self.total_amount.data, self.notes.data)

    @property
    def minutes(self) -> int:
        """How long the booking is to be, as far as that is known."""
        typed: int | None = self.duration.data
        return typed if typed and 0 < typed <= LONGEST else int(self.service.row.duration)


class RescheduleForm(WeekForm):
    was_at = HiddenField()
    """The time the booking was at when the page was made: who moves it meanwhile is not overruled unseen."""
    scheduled_at = TimeField(_("New time"))
    reason = StringField(
        _("Reason"),
        [Length(max=1000)],
        filters=[strip],
        description=_("Needed only outside the provider’s hours, in the past, or where the service is inactive."),
    )

    @property
    def known_time(self) -> dt.datetime | None:
        return read_moment(self.was_at.data)


class BookingForm(EditForm):
    duration = IntegerField(_("Duration (minutes)"), [InputRequired(), Within(min=1, max=LONGEST)])
    total_amount = DecimalField(
        _("Total amount"),
        [InputRequired(), Within(min=Decimal("0.01"), max=MOST)],
        places=2,
    )
    notes = TextAreaField(_("Notes"), [Length(max=5000)], filters=[strip])
