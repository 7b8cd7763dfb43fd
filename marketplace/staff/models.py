"""Staff accounts and their sessions: tables of the back office's own."""

import datetime as dt
import uuid
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, MappedSQLExpression, column_property, mapped_column, relationship

from marketplace.database import Base, UtcDateTime


class StaffActor:
    """A staff member as the one who acts."""

    id: Any
    email: Any

    @property
    def audit_kind(self) -> str:
        return "staff"

    @property
    def audit_id(self) -> uuid.UUID:
        return cast("uuid.UUID", self.id)

    @property
    def audit_label(self) -> str:
        return str(self.email)


class StaffMember(StaffActor, Base):
    __tablename__ = "staff_members"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(sa.String(255), unique=True)
    """Always in lower case."""
    name: Mapped[str] = mapped_column(sa.String(100))
    role: Mapped[str] = mapped_column(sa.String(20))
    password_hash: Mapped[str] = mapped_column(sa.String(255), deferred=True)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    timezone: Mapped[str | None] = mapped_column(sa.String(64))
    """Name of the zone in which times are shown and typed; None: the configured one."""
    locale: Mapped[str | None] = mapped_column(sa.String(64))
    """In which dates, times, numbers and money are written, such as `de_AT`; None: the configured one."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, server_default=sa.func.now())
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, server_default=sa.func.now())

    has_second_factor: ClassVar[MappedSQLExpression[bool]]
    """Read only where it is asked for."""

    __table_args__ = (
        sa.CheckConstraint("role IN ('operations', 'support', 'manager', 'administrator')", name="role"),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
    )

    def __str__(self) -> str:
        return self.email


class StaffSession(Base):
    """One log-in on one device; the browser's cookie holds the key, this row its digest."""

    __tablename__ = "staff_sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff_members.id", ondelete="RESTRICT"))
    key_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """SHA-256 of the key, hexadecimal."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    """When the member last showed in this session, by their password, who they are."""
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(sa.String(64))
    user_agent: Mapped[str] = mapped_column(sa.String(255))

    member: Mapped[StaffMember] = relationship(lazy="raise")

    __table_args__ = (sa.Index("ix_staff_sessions_member_id", "member_id"),)


class StaffSecondFactor(Base):
    """What a member has beside the password: one of each kind. Passkeys will be a kind of their own."""

    __tablename__ = "staff_second_factors"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff_members.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(sa.String(20), default="totp")
    secret: Mapped[str] = mapped_column(sa.Text, deferred=True)
    """Sealed: see sealing.py."""
    last_step: Mapped[int] = mapped_column(sa.BigInteger)
    """Time step (30 seconds each since 1970) of the last code that was accepted: no code counts twice."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("member_id", "kind", name="staff_second_factors_member_id_kind_key"),
        sa.CheckConstraint("kind = 'totp'", name="kind"),
    )


def has_second_factor(member_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition that the member with this id (a column) has a second factor."""
    return sa.exists().where(StaffSecondFactor.__table__.c.member_id == member_id)


StaffMember.has_second_factor = column_property(has_second_factor(StaffMember.id), deferred=True)


class StaffRecoveryCode(Base):
    """One of the ten codes for a member who has lost their second factor; good for one log-in."""

    __tablename__ = "staff_recovery_codes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff_members.id", ondelete="RESTRICT"))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """SHA-256 of the code, hexadecimal: at 120 bits nobody can try them all (ASVS 5.0, 6.5.2)."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_staff_recovery_codes_member_id", "member_id"),)


class StaffInvite(Base):
    """A link by which a colleague-to-be makes their account, once; the link holds the token, this row its digest."""

    __tablename__ = "staff_invites"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True, deferred=True)
    email: Mapped[str] = mapped_column(sa.String(255))
    """Always in lower case."""
    name: Mapped[str] = mapped_column(sa.String(100))
    role: Mapped[str] = mapped_column(sa.String(20))
    invited_by: Mapped[str] = mapped_column(sa.String(255))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    voided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("role IN ('operations', 'support', 'manager', 'administrator')", name="role"),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
        sa.Index("ix_staff_invites_email", "email"),
        sa.Index(
            "uq_staff_invites_open_email",
            "email",
            unique=True,
            postgresql_where=sa.text("used_at IS NULL AND voided_at IS NULL"),
            sqlite_where=sa.text("used_at IS NULL AND voided_at IS NULL"),
        ),
    )

    def __str__(self) -> str:
        return self.email
