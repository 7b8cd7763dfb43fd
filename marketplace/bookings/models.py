"""The table `bookings`, shared with the marketplace API, and the states a booking goes through."""

import datetime as dt
import uuid
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.database import LATEST, Base, UtcDateTime, partial_index
from marketplace.errors import InvalidTransition
from marketplace.listings.models import Service


class BookingStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[BookingStatus, frozenset[BookingStatus]] = {
    BookingStatus.PENDING: frozenset({BookingStatus.CONFIRMED, BookingStatus.CANCELLED}),
    BookingStatus.CONFIRMED: frozenset({BookingStatus.COMPLETED, BookingStatus.CANCELLED}),
    BookingStatus.COMPLETED: frozenset(),
    BookingStatus.CANCELLED: frozenset(),
}

REVERSALS: dict[BookingStatus, frozenset[BookingStatus]] = {
    later: frozenset(earlier for earlier in TRANSITIONS if later in TRANSITIONS[earlier]) for later in BookingStatus
}
"""Where undoing leads: back along TRANSITIONS, one step. Whether it may is for whoever undoes to know."""


class Booking(Base):
    __tablename__ = "bookings"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    customer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="RESTRICT"))
    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("services.id", ondelete="RESTRICT"))
    provider_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(sa.String(20))
    scheduled_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    duration: Mapped[int]
    """Minutes."""
    total_amount: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))
    notes: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, server_default=sa.func.now())

    customer: Mapped[User | None] = relationship(foreign_keys=[customer_id], lazy="raise")
    service: Mapped[Service | None] = relationship(lazy="raise")
    provider: Mapped[User | None] = relationship(foreign_keys=[provider_id], lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("status IN ('pending', 'confirmed', 'completed', 'cancelled')", name="status"),
        sa.CheckConstraint("duration > 0", name="duration"),
        sa.CheckConstraint("total_amount > 0", name="total_amount"),
        sa.Index("idx_bookings_customer_id", "customer_id"),
        sa.Index("idx_bookings_provider_id", "provider_id"),
        sa.Index("idx_bookings_service_id", "service_id"),
        # The back office's own, for its lists.
        sa.Index("ix_bookings_created_at_id", "created_at", "id"),
        sa.Index("ix_bookings_scheduled_at_id", "scheduled_at", "id"),
        sa.Index("ix_bookings_total_amount_id", "total_amount", "id"),
        sa.Index("ix_bookings_status_created_at_id", "status", "created_at", "id"),
        sa.Index("ix_bookings_status_scheduled_at_id", "status", "scheduled_at", "id"),
        # For the page of a user, whose bookings may be many where they are a provider.
        sa.Index("ix_bookings_customer_id_scheduled_at_id", "customer_id", "scheduled_at", "id"),
        sa.Index("ix_bookings_provider_id_scheduled_at_id", "provider_id", "scheduled_at", "id"),
        sa.Index("ix_bookings_provider_id_total_amount_id", "provider_id", "total_amount", "id"),
        # To find those of one provider that overlap.
        partial_index(
            "ix_bookings_confirmed_provider_id_scheduled_at",
            "provider_id",
            "scheduled_at",
            "id",
            "duration",
            where=sa.text("status = 'confirmed'"),
        ),
    )

    @property
    def ends_at(self) -> dt.datetime:
        return end_of(self.scheduled_at, self.duration)

    def can_move_to(self, status: BookingStatus) -> bool:
        return status in TRANSITIONS.get(BookingStatus(self.status), frozenset())

    def move_to(self, status: BookingStatus) -> None:
        """Put the booking into `status`: this and `move_back_to` are the places that assign it.

        :raises InvalidTransition: when TRANSITIONS does not lead there.
        """
        if not self.can_move_to(status):
            raise InvalidTransition(f"A {self.status} booking cannot become {status}.")
        self.status = status

    def can_move_back_to(self, status: BookingStatus) -> bool:
        return status in REVERSALS.get(BookingStatus(self.status), frozenset())

    def move_back_to(self, status: BookingStatus) -> None:
        """Undo a step of `move_to`.

        :raises InvalidTransition: when REVERSALS does not lead there.
        """
        if not self.can_move_back_to(status):
            raise InvalidTransition(f"A {self.status} booking cannot go back to {status}.")
        self.status = status


def end_of(starts_at: dt.datetime, duration: int) -> dt.datetime:
    """Return the moment `duration` minutes after `starts_at`."""
    try:
        return starts_at + dt.timedelta(minutes=duration)
    except OverflowError:  # Another program may have stored the end of time.
        return LATEST
