"""The tables `users` and `password_reset_tokens`, shared with the marketplace API, and what our desk notes beside."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

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

    is_outdated: Mapped[bool | None] = orm.query_expression()
    """Whether what it was issued for is there no more; None where that was not asked for."""
    record: Mapped["ResetLinkRecord | None"] = relationship(
        primaryjoin=lambda: PasswordResetToken.id == orm.foreign(ResetLinkRecord.token_id), viewonly=True, uselist=False
    )
    """What the desk knows of it; None where another program issued it and nobody has ended it here."""
    user: Mapped[User | None] = relationship(
        primaryjoin=lambda: orm.foreign(PasswordResetToken.email) == User.email, viewonly=True
    )

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


class Way(StrEnum):
    """How a link gets to its owner."""

    MAILED = "mailed"
    SHOWN = "shown"


class Ending(StrEnum):
    """How a link ends before its time is over."""

    USED = "used"
    """Its owner set a password by it."""
    VOIDED = "voided"
    """A newer link, a new password or another e-mail address took its place."""
    REVOKED = "revoked"
    """A colleague ended it."""


class ResetLinkRecord(Base):
    """What the desk notes of a reset token, for which the shared table has no column; never the token.

    It has no foreign key to the shared tables: the marketplace may delete its rows, and the record outlives them.
    """

    __tablename__ = "reset_link_records"

    token_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID | None]
    """Whose account it opens; None where there was none any more when it was ended."""
    issuer_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff_members.id", ondelete="RESTRICT"))
    issuer_label: Mapped[str | None] = mapped_column(sa.String(255))
    """Who issued it; None: another program."""
    reason: Mapped[str | None] = mapped_column(sa.Text)
    way: Mapped[str | None] = mapped_column(sa.String(10))
    """None: another program issued it."""
    issued_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    """By the database's clock, as in `password_reset_tokens.created_at`."""
    replaces: Mapped[str | None] = mapped_column(sa.String(64), deferred=True)
    """SHA-256 of the password hash that the account had: the link is dead once it has another."""
    page_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    """SHA-256 of what was sent: sent again, it leads to the same link."""
    sealed: Mapped[str | None] = mapped_column(sa.String(64), deferred=True)
    """The token under a key that only the page it was issued from holds, as long as the link lives (docs/adr/0016)."""
    ended_as: Mapped[str | None] = mapped_column(sa.String(10))
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(sa.String(255))

    __table_args__ = (
        sa.CheckConstraint("way IN ('mailed', 'shown')", name="way"),
        sa.CheckConstraint("ended_as IN ('used', 'voided', 'revoked')", name="ended_as"),
        # For the limits, for the list of one agent, and for the timeline of a user.
        sa.Index("ix_reset_link_records_issuer_id_issued_at", "issuer_id", "issued_at"),
        sa.Index("ix_reset_link_records_user_id_issued_at", "user_id", "issued_at"),
        sa.Index("ix_reset_link_records_ended_as_issued_at", "ended_as", "issued_at"),
    )
