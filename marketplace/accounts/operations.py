"""What can be done to the accounts of users."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import User
from marketplace.accounts.reset_links import nobody_refusal, void_links
from marketplace.accounts.schemas import PartlyOurs, fitting
from marketplace.accounts.stored import patchable_profile, profile_refusal
from marketplace.audit import Actor, record
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, refuse
from marketplace.sql import lock_word
from marketplace.words import gettext as _


def edit_user(user: User, *, changes: Mapping[str, Any], reason: str, actor: Actor, region: str = "") -> None:
    """Change the e-mail address or parts of the profile; all else in the profile stays as it is.

    A profile of which something would be lost is left alone as a whole.

    :param changes: `email`, and keys of the profile such as `firstName`.
    :param region: the country whose telephone numbers are written without a `+`.
    :raises InvalidInput: when a value does not fit, or the address is another account's, case apart, or is changed
        without a reason; and when the profile cannot be written back.
    """
    lock(user)
    refuse(edit_refusal(user))
    wanted, unfit = fitting(changes, region=region)
    for key, sentence in unfit.items():
        raise InvalidInput(sentence, fields=(key,))
    patchable = patchable_profile(user)
    stored = patchable or {}
    keys = {key: new for key, new in wanted.items() if key != "email" and (stored.get(key) or "") != new}
    if keys and patchable is None:
        raise InvalidInput(profile_refusal(), fields=tuple(keys))
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
    return nobody_refusal(user)


def masked(key: str, value: Any) -> Any:
    """Return what the audit log may hold of a profile's value: phone and address not in full."""
    if key not in ("phone", "address") or not value:
        return _writable(value)
    text = str(value)
    # Enough of a hash to see in the log that the value changed; too little to try values against.
    return f"…{_writable(text[-2:])} (#{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:2]})"


def _writable(value: Any) -> Any:
    """Return `value`, with escapes where half a surrogate pair is in it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return value


def reason_needed() -> str:
    return _("Changing the e-mail address needs a reason.")


def _change_email(user: User, email: str, *, reason: str, actor: Actor) -> None:
    if not reason:
        raise InvalidInput(reason_needed(), fields=("reason",))
    session = session_of(user)
    # Two accounts could take one address at the same moment, spelt in two ways that no constraint knows to be one.
    lock_word(session, f"e-mail {email.lower()}")
    taken = sa.select(User.id).where(sa.func.lower(User.email) == email.lower(), User.id != user.id)
    if session.scalar(taken.limit(1)):
        raise InvalidInput(_("Another account has this e-mail address."), fields=("email",))
    void_links(session, user, actor=actor)
