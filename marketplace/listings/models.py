"""The table `services`, shared with the marketplace API; of our own: reviews, and what is known of each listing."""

import datetime as dt
import uuid
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.database import Base, UtcDateTime, ValidatedJSON, partial_index
from marketplace.listings.schemas import validate_availability, validate_images
from marketplace.sql import text_position


class Service(Base):
    __tablename__ = "services"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    provider_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(sa.String(100))
    description: Mapped[str] = mapped_column(sa.Text)
    category: Mapped[str] = mapped_column(sa.String(50))
    price: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))
    currency: Mapped[str | None] = mapped_column(sa.String(3), default="USD", server_default="USD")
    duration: Mapped[int]
    """Minutes."""
    availability: Mapped[Any] = mapped_column(ValidatedJSON(validate_availability), nullable=False)
    images: Mapped[Any] = mapped_column(
        ValidatedJSON(validate_images), nullable=True, default=list, server_default="[]"
    )
    is_active: Mapped[bool | None] = mapped_column(default=True, server_default=sa.true())
    created_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, server_default=sa.func.now())

    provider: Mapped[User | None] = relationship(lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("price > 0", name="price"),
        sa.CheckConstraint("duration > 0", name="duration"),
        sa.Index("idx_services_provider_id", "provider_id"),
        sa.Index("idx_services_category", "category"),
        # The back office's own, for its lists.
        sa.Index("ix_services_created_at_id", "created_at", "id"),
        sa.Index("ix_services_title_id", "title", "id"),
        sa.Index("ix_services_price_id", "price", "id"),
        sa.Index("ix_services_duration_id", "duration", "id"),
        sa.Index("ix_services_category_title_id", "category", "title", "id"),
        # For its filter. Inactive ones are few, so each order has an index of them; active ones are most, and soon
        # found on the way through the indexes of all.
        partial_index("ix_services_active_created_at_id", "created_at", "id", where=is_active.is_(True)),
        partial_index("ix_services_inactive_created_at_id", "created_at", "id", where=is_active.is_not(True)),
        partial_index("ix_services_inactive_title_id", "title", "id", where=is_active.is_not(True)),
        partial_index("ix_services_inactive_price_id", "price", "id", where=is_active.is_not(True)),
        partial_index("ix_services_inactive_duration_id", "duration", "id", where=is_active.is_not(True)),
        partial_index(
            "ix_services_inactive_category_title_id", "category", "title", "id", where=is_active.is_not(True)
        ),
    )

    def __str__(self) -> str:
        return self.title


class Decision(StrEnum):
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"
    TAKEN_DOWN = "taken_down"
    REINSTATED = "reinstated"
    REVERSED = "reversed"
    """An earlier one was taken back."""


class ReviewReason(StrEnum):
    """Why a listing is taken down or sent back: the one list of them."""

    PROHIBITED = "prohibited"
    MISLEADING = "misleading"
    CONTACT_DETAILS = "contact_details"
    DUPLICATE = "duplicate"
    WRONG_CATEGORY = "wrong_category"
    PRICE = "price"
    QUALITY = "quality"
    OTHER = "other"


class ServiceReview(Base):
    """One decision on one listing. Rows are only ever inserted."""

    __tablename__ = "service_reviews"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    service_id: Mapped[uuid.UUID]
    """No foreign key: the marketplace API may delete the listing."""
    provider_id: Mapped[uuid.UUID]
    decision: Mapped[str] = mapped_column(sa.String(20))
    reason_code: Mapped[str | None] = mapped_column(sa.String(20))
    words: Mapped[str | None] = mapped_column(sa.Text)
    reviewed: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """What was looked at: column of `services` to value."""
    was_active: Mapped[bool | None]
    """Before."""
    is_active: Mapped[bool | None]
    """After."""
    reverses_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service_reviews.id"), unique=True)
    batch_id: Mapped[uuid.UUID | None]
    """Of which batch it was a part."""
    reviewer_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff_members.id", ondelete="RESTRICT"))
    reviewer_label: Mapped[str] = mapped_column(sa.String(255))
    waited_since: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """From when on the listing had waited for it; NULL where it had not."""
    decided_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint(
            "decision IN ('approved', 'changes_requested', 'taken_down', 'reinstated', 'reversed')", name="decision"
        ),
        sa.CheckConstraint(
            "reason_code IS NOT NULL OR decision NOT IN ('changes_requested', 'taken_down')", name="reason"
        ),
        sa.Index("ix_service_reviews_service_id_decided_at_id", "service_id", "decided_at", "id"),
        sa.Index("ix_service_reviews_provider_id_decision", "provider_id", "decision"),
        sa.Index("ix_service_reviews_decided_at", "decided_at"),
    )


class SignalKind(StrEnum):
    """What can speak against a listing."""

    CONTACT = "contact"
    PRICE = "price"
    DUPLICATE = "duplicate"
    SHOUTING = "shouting"
    AVAILABILITY = "availability"
    IMAGES = "images"
    PROVIDER = "provider"


class ServiceState(Base):
    """What is known of one listing, as it was when it was last looked at: whether it needs a review, its signals."""

    __tablename__ = "service_states"

    service_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    content_digest: Mapped[str] = mapped_column(sa.String(64))
    """Of all that signals and reviews look at: where the listing has another, it has changed since."""
    provider_id: Mapped[uuid.UUID]
    category: Mapped[str] = mapped_column(sa.String(50))
    review_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service_reviews.id"))
    """The decision that stands."""
    needs_review: Mapped[bool] = mapped_column()
    is_edited: Mapped[bool]
    """Whether it was decided on before."""
    is_sent_back: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Whether changes were requested that its provider has not made yet."""
    waiting_since: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    """Since when it waits for a review; decided on, since when it waits for its provider."""
    signals: Mapped[list[Any]] = mapped_column(sa.JSON)
    """Kind and facts of each."""
    signal_kinds: Mapped[str] = mapped_column(sa.String(200))
    """The kinds, each between blanks: ` contact price `."""
    signal_count: Mapped[int] = mapped_column()
    """How many kinds those are."""
    claimed_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff_members.id", ondelete="RESTRICT"))
    claimed_by_label: Mapped[str | None] = mapped_column(sa.String(255))
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    looked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        partial_index(
            "ix_service_states_waiting_since_service_id", "waiting_since", "service_id", where=needs_review.is_(True)
        ),
        partial_index(
            "ix_service_states_category_waiting_since_service_id",
            "category",
            "waiting_since",
            "service_id",
            where=needs_review.is_(True),
        ),
        partial_index(
            "ix_service_states_provider_id_waiting_since_service_id",
            "provider_id",
            "waiting_since",
            "service_id",
            where=needs_review.is_(True),
        ),
        partial_index(
            "ix_service_states_is_edited_waiting_since_service_id",
            "is_edited",
            "waiting_since",
            "service_id",
            where=needs_review.is_(True),
        ),
        partial_index(
            "ix_service_states_signal_count_waiting_since_service_id",
            signal_count.desc(),
            "waiting_since",
            "service_id",
            where=needs_review.is_(True),
        ),
        partial_index(
            "ix_service_states_sent_back_waiting_since_service_id",
            "waiting_since",
            "service_id",
            where=is_sent_back.is_(True),
        ),
        sa.Index("ix_service_states_review_id", "review_id"),
    )

    @classmethod
    def has_signal(cls, kind: str) -> sa.ColumnElement[bool]:
        """Return the condition for listings against which a signal of this kind speaks.

        :raises ValueError: where there is no such kind.
        """
        # Written out, as the indexes below have it, and no parameter.
        found_at = text_position(cls.signal_kinds, sa.literal_column(f"' {SignalKind(kind).value} '"))
        return found_at > sa.literal_column("0")


for _kind in SignalKind:
    partial_index(
        f"ix_service_states_{_kind}_waiting_since_service_id",
        ServiceState.waiting_since,
        ServiceState.service_id,
        where=sa.and_(ServiceState.needs_review.is_(True), ServiceState.has_signal(_kind)),
    )
