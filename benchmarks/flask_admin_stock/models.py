"""The shared tables as a Flask-SQLAlchemy application usually maps them."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

db = SQLAlchemy()
Moment = sa.DateTime(timezone=True)


class User(db.Model):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(sa.String(255))
    password: Mapped[str] = mapped_column(sa.String(255), deferred=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    profile: Mapped[Any] = mapped_column(sa.JSON)
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment)
    name = column_property(
        profile.column["firstName"].as_string() + " " + profile.column["lastName"].as_string(),
    )

    def __str__(self) -> str:
        return str(self.name)


class Service(db.Model):
    __tablename__ = "services"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    provider_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(sa.String(100))
    currency: Mapped[str | None] = mapped_column(sa.String(3))

    def __str__(self) -> str:
        return self.title


class Booking(db.Model):
    __tablename__ = "bookings"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    customer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id"))
    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("services.id"))
    provider_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(sa.String(20))
    scheduled_at: Mapped[dt.datetime] = mapped_column(Moment)
    duration: Mapped[int]
    total_amount: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))
    notes: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    customer: Mapped[User] = relationship(foreign_keys=[customer_id])
    provider: Mapped[User] = relationship(foreign_keys=[provider_id])
    service: Mapped[Service] = relationship()
