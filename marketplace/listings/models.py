"""The table `services`, shared with the marketplace API."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.database import Base, UtcDateTime, ValidatedJSON
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
    )

    def __str__(self) -> str:
        return self.title
