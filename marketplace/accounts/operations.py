"""What can be done to the accounts of users and to their reset links."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.accounts.schemas import PartlyOurs, can_be_written, fitting
from marketplace.audit import Actor, record
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, NotAllowedNow, Unknown, refuse
from marketplace.sql import database_now, lock_word
from marketplace.words import gettext as _

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Customer:
    """The owner of an account as the one who acts, by a reset link."""

    audit_id: Any
    audit_label: str
    audit_kind: str = "customer"


def edit_user(user: User, *, changes: Mapping[str, Any], reason: str, actor: Actor, region: str = "") -> None:
    """Change the e-mail address or parts of the profile; all else in the profile stays as it is, malformed or not.

    :param changes: `email`, and keys of the profile such as `firstName`.
    :param region: the country whose telephone numbers are written without a `+`.
    :raises InvalidInput: when a value does not fit, or the address is another account's, case apart, or is changed
        without a reason.
    """
    lock(user)
    refuse(edit_refusal(user))
    wanted, unfit = fitting(changes, region=region)
    for key, sentence in unfit.items():
        raise InvalidInput(sentence, fields=(key,))
    stored = user.profile if isinstance(user.profile, dict) else {}
    keys = {key: new for key, new in wanted.items() if key != "email" and (stored.get(key) or "") != new}
    if keys and not can_be_written({**stored, **keys}):
        raise InvalidInput(_("The stored profile holds a number that no program can write back. Ask an administrator."))
    changed: dict[str, tuple[Any, Any]] = {}
    email = wanted.get("email", user.email)
    if email != user.email:
        _change_email(user, email, reason=reason, actor=actor)
        changed["email"] = (user.email, email)
        user.email = email
    changed |= {key: (masked(key, stored.get(key)), masked(key, new)) for key, new in keys.items()}
    if not changed:
        return
    if keys:
        user.profile = PartlyOurs(stored, keys)
    user.updated_at = utcnow()
    record("user.edited", user, actor=actor, label=user.email, reason=reason or None, changes=changed)


def edit_refusal(user: User) -> str | None:
    """Say why the account cannot be changed; None when it can."""
    return _("This account is anonymised: it is nobody's any more.") if user.is_anonymised else None


def masked(key: str, value: Any) -> Any:
    """Return what the audit log may hold of a profile's value: phone and address not in full."""
    if key not in ("phone", "address") or not value:
        return value
    text = str(value)
    # Enough of a hash to see in the log that the value changed; too little to try values against.
    return f"…{text[-2:]} (#{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:2]})"


def issue_reset_link(user: User, *, actor: Actor, storage: str, valid: dt.timedelta, token: str | None = None) -> str:
    """Make a reset token for `user`, void the earlier ones, and return the token: it is never to be had again.

    :param storage: `digest` keeps only the SHA-256 of the token, `plain` the token itself.
    :param valid: from now, by the database's clock.
    :param token: 32 bytes that nobody can guess, url-safe; random ones where none are given.
    :raises NotAllowedNow: where that token has been issued before.
    """
    lock(user)
    session = session_of(user)
    token = token or new_token()
    if session.scalar(sa.select(PasswordResetToken.id).where(_is(token, storage))):
        raise NotAllowedNow(_("The link from this page was used or voided meanwhile. Open the page again for another."))
    void_tokens(session, user, actor=actor)
    now = session.scalar(sa.select(database_now()))
    if now is None:
        raise RuntimeError("the database told no time")
    row = PasswordResetToken(
        email=user.email,
        token=stored_token(token, storage=storage),
        expires_at=now + valid,
        is_used=False,
    )
    session.add(row)
    record(
        "reset_link.issued",
        row,
        actor=actor,
        label=user.email,
        changes={"expires_at": (None, row.expires_at), "user_id": (None, user.id)},
    )
    return token


def new_token() -> str:
    """Return a token that nobody can guess: 32 random bytes, url-safe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


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
    _void(token, "reset_link.revoked", actor=actor)


def is_live_token(session: Session, token: str, *, storage: str) -> bool:
    """Whether the link with this token still opens; looking does not consume it."""
    return bool(session.scalar(sa.select(sa.exists().where(*_live(token, storage)))))


def reset_password(session: Session, token: str, *, password_hash: str, storage: str) -> None:
    """Consume `token` and give its owner the new password: one conditional UPDATE decides who comes first.

    :raises Unknown: when the token is unknown, used, voided or expired, or its account is gone: one sentence for all.
    """
    email = session.scalar(sa.select(PasswordResetToken.email).where(*_live(token, storage)))
    user = session.scalars(sa.select(User).where(User.email == email)).one_or_none()
    if user is None:
        raise Unknown(dead_link_sentence())
    lock(user)  # The account before its tokens, as everywhere: so no two can wait for each other.
    consumed = session.scalar(
        sa.update(PasswordResetToken)
        .where(*_live(token, storage))
        .values(is_used=True)
        .returning(PasswordResetToken.id),
    )
    if consumed is None:
        raise Unknown(dead_link_sentence())
    customer = Customer(user.id, user.email)
    used = session.get_one(PasswordResetToken, consumed)
    void_tokens(session, user, actor=customer)
    user.password, user.updated_at = password_hash, utcnow()
    record("reset_link.used", used, actor=customer, label=user.email, changes={"is_used": (False, True)})
    record("user.password_reset", user, actor=customer, label=user.email)


def dead_link_sentence() -> str:
    return _("This link does not work (any more). Ask for a new one.")


def stored_token(token: str, *, storage: str) -> str:
    """Return what the column `token` holds for this token."""
    return token if storage == "plain" else hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _live(token: str, storage: str) -> tuple[Any, ...]:
    return (
        _is(token, storage),
        PasswordResetToken.is_used.is_not(True),
        PasswordResetToken.expires_at > database_now(),
    )


def _is(token: str, storage: str) -> sa.ColumnElement[bool]:
    return PasswordResetToken.token == stored_token(token, storage=storage)


def _change_email(user: User, email: str, *, reason: str, actor: Actor) -> None:
    if not reason:
        raise InvalidInput(_("Changing the e-mail address needs a reason."), fields=("reason",))
    session = session_of(user)
    # Two accounts could take one address at the same moment, spelt in two ways that no constraint knows to be one.
    lock_word(session, f"e-mail {email.lower()}")
    taken = sa.select(User.id).where(sa.func.lower(User.email) == email.lower(), User.id != user.id)
    if session.scalar(taken.limit(1)):
        raise InvalidInput(_("Another account has this e-mail address."), fields=("email",))
    void_tokens(session, user, actor=actor)


def void_tokens(session: Session, user: User, *, actor: Actor) -> None:
    """Void the links of `user` that nobody has used."""
    unused = sa.select(PasswordResetToken).where(
        PasswordResetToken.email == user.email,
        PasswordResetToken.is_used.is_not(True),
    )
    for token in session.scalars(unused.order_by(PasswordResetToken.id).with_for_update(key_share=True)):
        _void(token, "reset_link.voided", actor=actor)


def _void(token: PasswordResetToken, action: str, *, actor: Actor) -> None:
    token.is_used = True
    record(action, token, actor=actor, label=token.email, changes={"is_used": (False, True)})
