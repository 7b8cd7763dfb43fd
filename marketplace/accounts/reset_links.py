"""Reset links: issued for a user, voided, revoked, used once to set a new password."""

import datetime as dt
import hashlib
import secrets
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.limits import USUAL, Limits, limit_refusal
from marketplace.accounts.models import Ending, PasswordResetToken, ResetLinkRecord, User, Way
from marketplace.audit import Actor, record
from marketplace.database import lock, lock_ids, session_of, utcnow
from marketplace.errors import InvalidInput, NotAllowedNow, Unknown, refuse
from marketplace.sql import database_now
from marketplace.staff.models import StaffMember
from marketplace.words import gettext as _

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Customer:
    """The owner of an account as the one who acts, by a reset link."""

    audit_id: Any
    audit_label: str
    audit_kind: str = "customer"


@dataclass(frozen=True)
class SentPage:
    """The page from which a link is issued: sent again, it is to show the same link."""

    digest: str
    """Of the page and of all that was sent from it: SHA-256, hexadecimal."""
    key: bytes
    """32 bytes that nobody knows without the page."""


def issue_reset_link(
    user: User,
    *,
    reason: str,
    actor: Actor,
    storage: str,
    valid: dt.timedelta,
    way: Way = Way.SHOWN,
    limits: Limits = USUAL,
    page: SentPage | None = None,
) -> str:
    """Make a reset token for `user`, void the earlier ones, and return the token: 32 random bytes, url-safe.

    It is never to be had again, unless it is shown on a `page` that is sent once more.

    :param storage: `digest` keeps only the SHA-256 of the token, `plain` the token itself.
    :param valid: from now, by the database's clock.
    :raises InvalidInput: without a reason.
    :raises NotAllowedNow: when the agent has issued, or the user was issued, as many as may be.
    """
    lock(user)
    session = session_of(user)
    if not reason:
        raise InvalidInput(_("A reset link needs a reason."), fields=("reason",))
    if actor.audit_id is not None:
        lock_ids(session, StaffMember, [actor.audit_id])  # Whoever counts next has to see what is issued here.
    refuse(nobody_refusal(user))
    refuse(limit_refusal(session, user_id=user.id, agent_id=actor.audit_id, limits=limits))
    void_links(session, user, actor=actor)
    now = session.scalar(sa.select(database_now()))
    if now is None:
        raise RuntimeError("the database told no time")
    secret = secrets.token_bytes(TOKEN_BYTES)
    token = _written(secret)
    row = PasswordResetToken(
        id=uuid.uuid4(),
        email=user.email,
        token=stored_token(token, storage=storage),
        expires_at=now + valid,
        is_used=False,
        created_at=now,
    )
    session.add(row)
    session.add(
        ResetLinkRecord(
            token_id=row.id,
            user_id=user.id,
            issuer_id=actor.audit_id,
            issuer_label=actor.audit_label[:255],
            reason=reason,
            way=way.value,
            issued_at=now,
            replaces=_digest(session.scalars(sa.select(User.password).where(User.id == user.id)).one()),
            page_digest=page.digest if page else None,
            sealed=_sealed(secret, page.key).hex() if page and way == Way.SHOWN else None,
        )
    )
    record(
        "reset_link.issued",
        row,
        actor=actor,
        label=user.email,
        reason=reason,
        changes={"expires_at": (None, row.expires_at), "way": (None, way.value), "user_id": (None, user.id)},
    )
    return token


def nobody_refusal(user: User) -> str | None:
    """Say that there is nobody whom a link or an edit would be for; None where there is."""
    return _("This account is anonymised: it is nobody's any more.") if user.is_anonymised else None


def note_lost_mail(session: Session, token: str, *, storage: str, actor: Actor) -> None:
    """Note that the mail with this token was not taken, so that whoever looks at the link later knows."""
    stored = PasswordResetToken.token == stored_token(token, storage=storage)
    row = session.scalars(sa.select(PasswordResetToken).where(stored)).one_or_none()
    if row is None or row.record is None:
        return  # Another program has removed it meanwhile.
    known = session.get_one(ResetLinkRecord, row.id)
    known.lost_at = session.scalar(sa.select(database_now()))
    record("reset_link.mail_lost", row, actor=actor, label=row.email)


def reset_link_of(session: Session, page: SentPage, *, storage: str) -> tuple[Way, str | None, bool] | None:
    """Return how the link went that was issued from this page before, its token where that was shown, if it was lost.

    None where none was issued.

    :raises NotAllowedNow: when that link was used or voided meanwhile.
    """
    known = session.execute(
        sa.select(
            ResetLinkRecord.way,
            ResetLinkRecord.sealed,
            ResetLinkRecord.lost_at,
            PasswordResetToken.id.label("live_id"),
        )
        .outerjoin(PasswordResetToken, sa.and_(PasswordResetToken.id == ResetLinkRecord.token_id, *_unused()))
        .where(ResetLinkRecord.page_digest == page.digest)
    ).one_or_none()
    if known is None:
        return None
    token = _written(_sealed(bytes.fromhex(known.sealed), page.key)) if known.sealed else None
    is_live = known.live_id is not None
    if not is_live or (token is not None and not is_live_token(session, token, storage=storage)):
        raise NotAllowedNow(_("The link from this page was used or voided meanwhile. Open the page again for another."))
    return Way(known.way), token, known.lost_at is not None


def _written(secret: bytes) -> str:
    return urlsafe_b64encode(secret).decode().rstrip("=")


def _sealed(secret: bytes, key: bytes) -> bytes:
    """Return `secret` as nobody can read it without `key`, which is as long and used for nothing else; or back."""
    return bytes(one ^ other for one, other in zip(secret, key, strict=True))


def revoke_refusal(token: PasswordResetToken) -> str | None:
    """Say why the token cannot be revoked; None when it can."""
    if token.is_used:
        return _("This link was used or voided already.")
    return None


def revoke_reset_token(token: PasswordResetToken, *, actor: Actor) -> None:
    """Void one token.

    :raises NotAllowedNow: as `revoke_refusal` says.
    """
    lock(token)
    refusal = revoke_refusal(token)
    if refusal:
        raise NotAllowedNow(refusal)
    _end(token, Ending.REVOKED, actor=actor)


def is_live_token(session: Session, token: str, *, storage: str) -> bool:
    """Whether the link with this token still opens; looking does not consume it."""
    return account_of(session, token, storage=storage) is not None


def account_of(session: Session, token: str, *, storage: str) -> str | None:
    """Return the e-mail address of the account that the link with this token still opens; None where it is dead.

    Of a link of ours that is only the account it was issued for, with the password it had then, whoever has changed
    either since.
    """
    found = session.execute(
        sa.select(PasswordResetToken.email, User.id, User.password, ResetLinkRecord.user_id, ResetLinkRecord.replaces)
        .outerjoin(User, User.email == PasswordResetToken.email)
        .outerjoin(ResetLinkRecord, ResetLinkRecord.token_id == PasswordResetToken.id)
        .where(*_live(token, storage))
    ).one_or_none()
    if found is None:
        return None
    email, owner, password, issued_for, replaces = found
    is_owners = issued_for is None or issued_for == owner
    return email if is_owners and replaces in (None, _digest(password or "")) else None


def reset_password(session: Session, token: str, *, password_hash: str, storage: str) -> None:
    """Consume `token` and give its owner the new password: one conditional UPDATE decides who comes first.

    :raises Unknown: when the token is unknown, used, voided or expired, or its account is gone: one sentence for all.
    """
    email = account_of(session, token, storage=storage)
    user = session.scalars(sa.select(User).where(User.email == email)).one_or_none()
    if user is None:
        raise Unknown(dead_link_sentence())
    lock(user)  # The account before its tokens, as everywhere: so no two can wait for each other.
    if account_of(session, token, storage=storage) is None:
        raise Unknown(dead_link_sentence())
    consumed = session.scalar(
        sa.update(PasswordResetToken)
        .where(*_live(token, storage))
        .values(is_used=True)
        .returning(PasswordResetToken.id),
    )
    if consumed is None:
        raise Unknown(dead_link_sentence())
    customer = Customer(user.id, user.email)
    _end(session.get_one(PasswordResetToken, consumed), Ending.USED, actor=customer)
    void_links(session, user, actor=customer)
    user.password, user.updated_at = password_hash, utcnow()
    record("user.password_reset", user, actor=customer, label=user.email)


def dead_link_sentence() -> str:
    """Say whom to ask, and of no link why it does not work."""
    return _("A link works once, and not for long. Ask the support of the marketplace for a new one.")


def stored_token(token: str, *, storage: str) -> str:
    """Return what the column `token` holds for this token."""
    return token if storage == "plain" else _digest(token)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _live(token: str, storage: str) -> tuple[Any, ...]:
    return PasswordResetToken.token == stored_token(token, storage=storage), *_unused()


def _unused() -> tuple[Any, ...]:
    return PasswordResetToken.is_used.is_not(True), PasswordResetToken.expires_at > database_now()


def void_links(session: Session, user: User, *, actor: Actor) -> None:
    """End the unused links of `user`; whoever asks has locked the user."""
    unused = sa.select(PasswordResetToken).where(
        PasswordResetToken.email == user.email,
        PasswordResetToken.is_used.is_not(True),
    )
    for token in session.scalars(unused.order_by(PasswordResetToken.id).with_for_update(key_share=True)):
        _end(token, Ending.VOIDED, actor=actor)


def _end(token: PasswordResetToken, ending: Ending, *, actor: Actor) -> None:
    """End a link, and note how; of one that another program issued, too."""
    token.is_used = True
    known = token.record or _record_of_another(token)
    if known is not None:
        known.ended_as, known.ended_at, known.ended_by = ending.value, utcnow(), actor.audit_label[:255]
        known.sealed = None
    record(f"reset_link.{ending}", token, actor=actor, label=token.email, changes={"is_used": (False, True)})


def _record_of_another(token: PasswordResetToken) -> ResetLinkRecord | None:
    """Begin a record of a token that another program issued."""
    if token.created_at is None:
        return None  # The list finds records by when their tokens were issued; the audit log knows it all the same.
    session = session_of(token)
    owner = session.scalar(sa.select(User.id).where(User.email == token.email))
    known = ResetLinkRecord(token_id=token.id, user_id=owner, issued_at=token.created_at)
    session.add(known)
    return known
