"""Forms over bookings."""

import datetime as dt
import uuid
from decimal import Decimal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, DecimalField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from marketplace.accounts.models import User
from marketplace.accounts.queries import find_customers
from marketplace.backoffice.editing import EditForm
from marketplace.backoffice.fields import Within, strip
from marketplace.backoffice.lookup import Lookup, LookupField
from marketplace.listings.queries import find_services, get_service
from marketplace.web.formats import money, viewer_zone

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


class NewBookingForm(FlaskForm):
    booking_id = HiddenField(default=lambda: str(uuid.uuid4()))
    """The id the booking will have, so that sending the form twice makes one booking."""
    customer = LookupField(_("Customer"), CUSTOMERS, [DataRequired()], description=_("E-mail or name."))
    service = LookupField(_("Service"), SERVICES, [DataRequired()], description=_("Title or provider."))
    scheduled_at = DateTimeLocalField(_("When"), [InputRequired()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
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

    def validate_scheduled_at(self, field: DateTimeLocalField) -> None:
        if field.data is None:
            return  # The field has said already that it is no moment.
        if not 2000 <= field.data.year < 3000:
            raise ValidationError(gettext("Write the year with four digits, such as 2026."))
        zone = viewer_zone()
        moment = field.data.replace(tzinfo=zone)
        if moment.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != field.data:
            raise ValidationError(gettext("This time does not exist: the clocks are put forward over it."))

    @property
    def chosen_id(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.booking_id.data or "")
        except ValueError:
            return uuid.uuid4()

    @property
    def scheduled_moment(self) -> dt.datetime:
        """What was typed, as a moment."""
        typed: dt.datetime = self.scheduled_at.data
        return typed.replace(tzinfo=viewer_zone()).astimezone(dt.UTC)


class BookingForm(EditForm):
    duration = IntegerField(_("Duration (minutes)"), [InputRequired(), Within(min=1, max=LONGEST)])
    total_amount = DecimalField(
        _("Total amount"),
        [InputRequired(), Within(min=Decimal("0.01"), max=MOST)],
        places=2,
    )
    notes = TextAreaField(_("Notes"), [Length(max=5000)], filters=[strip])
