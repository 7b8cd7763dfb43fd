"""Rows for tests, made one at a time and committed."""

import datetime as dt
from decimal import Decimal

import bcrypt
import factory
from factory.alchemy import SQLAlchemyModelFactory

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.batches.models import Batch, BatchItem
from marketplace.bookings.models import Booking
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.staff.models import StaffInvite, StaffMember

PASSWORD = "correct horse battery"
PASSWORD_HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()

OFFICE_HOURS = [{"start": "09:00", "end": "17:00"}]
OFFICE_WEEK = {
    "monday": OFFICE_HOURS,
    "tuesday": OFFICE_HOURS,
    "wednesday": OFFICE_HOURS,
    "thursday": OFFICE_HOURS,
    "friday": OFFICE_HOURS,
    "saturday": [],
    "sunday": [],
}


def coming_monday(hour: int = 10) -> dt.datetime:
    """Return `hour` o'clock UTC on a Monday that is at least a week away."""
    day = utcnow().date() + dt.timedelta(days=7)
    day += dt.timedelta(days=-day.weekday() % 7)
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


class _Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_factory = lambda: db.session  # noqa: E731 - the session of the running test
        sqlalchemy_session_persistence = "commit"


class StaffMemberFactory(_Factory):
    class Meta:
        model = StaffMember

    email = factory.Sequence(lambda n: f"staff{n}@example.com")
    name = "Sam Staff"
    role = "support"
    password_hash = PASSWORD_HASH


class StaffInviteFactory(_Factory):
    class Meta:
        model = StaffInvite

    token_digest = factory.Sequence(lambda n: f"{n:064x}")
    email = factory.Sequence(lambda n: f"invited{n}@example.com")
    name = "Nora New"
    role = "support"
    invited_by = "admin@example.com"
    created_at = factory.LazyFunction(utcnow)
    expires_at = factory.LazyFunction(lambda: utcnow() + dt.timedelta(hours=72))


class UserFactory(_Factory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    password = PASSWORD_HASH
    role = "customer"
    profile = factory.Sequence(
        lambda n: {
            "firstName": "Ada",
            "lastName": f"Lovelace {n}",
            "phone": "+1 202 555 0100",
            "address": "1 Example Street",
        }
    )


class ProviderFactory(UserFactory):
    role = "provider"
    email = factory.Sequence(lambda n: f"provider{n}@example.com")


class ServiceFactory(_Factory):
    class Meta:
        model = Service

    provider = factory.SubFactory(ProviderFactory)
    title = factory.Sequence(lambda n: f"Window cleaning {n}")
    description = "Every window, inside and out."
    category = "cleaning"
    price = Decimal("40.00")
    currency = "EUR"
    duration = 60
    availability = factory.LazyFunction(lambda: dict(OFFICE_WEEK))
    images = factory.LazyFunction(list)
    is_active = True


class BookingFactory(_Factory):
    class Meta:
        model = Booking

    customer = factory.SubFactory(UserFactory)
    service = factory.SubFactory(ServiceFactory)
    provider_id = factory.SelfAttribute("service.provider_id")
    status = "pending"
    scheduled_at = factory.Sequence(lambda n: coming_monday(10) + dt.timedelta(days=7 * n))
    duration = 60
    total_amount = Decimal("40.00")
    notes = None


class PasswordResetTokenFactory(_Factory):
    class Meta:
        model = PasswordResetToken

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    token = factory.Sequence(lambda n: f"{n:064x}")
    expires_at = factory.LazyFunction(lambda: utcnow() + dt.timedelta(hours=24))
    is_used = False


class BatchFactory(_Factory):
    class Meta:
        model = Batch

    subject_type = "bookings"
    verb = "cancellation"
    arguments = factory.LazyFunction(lambda: {"reason": "A storm."})
    selection = factory.LazyFunction(dict)
    origin = "/admin/bookings/"
    state = "running"
    size = 1
    author_label = "somebody@example.com"
    runner_label = "somebody@example.com"
    created_at = factory.LazyFunction(utcnow)
    started_at = factory.LazyFunction(utcnow)

    @factory.post_generation
    def rows(self, create, rows):
        """Give it an item for each of `rows`; by default for a new booking."""
        subjects = rows or [BookingFactory()]
        self.size = len(subjects)
        items = [
            BatchItem(batch_id=self.id, position=position, subject_id=row.id, state="waiting")
            for position, row in enumerate(subjects, start=1)
        ]
        db.session.add_all(items)
        db.session.commit()
