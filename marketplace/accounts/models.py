"""The tables `users` and `password_reset_tokens`, shared with the marketplace API."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.schemas import full_name, validate_profile
from marketplace.database import Base, UtcDateTime, ValidatedJSON, partial_index


class UserRole(StrEnum):
    CUSTOMER = "customer"
    PROVIDER = "provider"


class User(Base):
    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(sa.String(255), unique=True)
    password: Mapped[str] = mapped_column(sa.String(255), deferred=True)
    """bcrypt hash; loaded only by who asks for it."""
    role: Mapped[str] = mapped_column(sa.String(20))
    profile: Mapped[Any] = mapped_column(ValidatedJSON(validate_profile), nullable=False)
    created_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, server_default=sa.func.now())
    updated_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, server_default=sa.func.now())

    __table_args__ = (
        sa.CheckConstraint("role IN ('customer', 'provider')", name="role"),
        sa.Index("idx_users_email", "email"),
        # The back office's own, for its lists.
        sa.Index("ix_users_created_at_id", "created_at", "id"),
        sa.Index("ix_users_updated_at_id", "updated_at", "id"),
        sa.Index("ix_users_role_created_at_id", "role", "created_at", "id"),
    )

    @property
    def name(self) -> str:
        """First and last name, or the e-mail address where the profile holds none."""
        return full_name(self.profile) or self.email

    @property
    def anonymous_email(self) -> str:
        """The address that the account has once it is anonymised: of a domain that can never be (RFC 2606)."""
        return f"anonymous-{self.id}@anonymised.invalid"

    @property
    def is_anonymised(self) -> bool:
        return self.email == self.anonymous_email

    def __str__(self) -> str:
        return self.email


class PasswordResetToken(Base):
    __tablename__ = "password_reset_tokens"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(sa.String(255))
    token: Mapped[str] = mapped_column(sa.String(255), unique=True, deferred=True)
    """SHA-256 of the token in hexadecimal, or the token itself, as RESET_TOKEN_STORAGE says."""
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    is_used: Mapped[bool | None] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, server_default=sa.func.now())

    __table_args__ = (
        sa.Index("idx_password_reset_tokens_token", "token"),
        sa.Index("idx_password_reset_tokens_email", "email"),
        sa.Index("idx_password_reset_tokens_expires_at", "expires_at"),
        # The back office's own, for its list.
        sa.Index("ix_password_reset_tokens_created_at_id", "created_at", "id"),
        # For its filter: open and expired ones are the unused before and after a moment.
        partial_index("ix_password_reset_tokens_used_created_at_id", "created_at", "id", where=is_used.is_(True)),
        partial_index("ix_password_reset_tokens_used_expires_at_id", "expires_at", "id", where=is_used.is_(True)),
        partial_index("ix_password_reset_tokens_unused_created_at_id", "created_at", "id", where=is_used.is_not(True)),
        partial_index("ix_password_reset_tokens_unused_expires_at_id", "expires_at", "id", where=is_used.is_not(True)),
    )
