"""The table `services`, shared with the marketplace API."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.database import Base, UtcDateTime, ValidatedJSON, partial_index
from marketplace.listings.schemas import validate_availability, validate_images


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
