"""Anonymising a person: what is about them is replaced in every table of which docs/adr/0017 says so; sums stay."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Ending, PasswordResetToken, ResetLinkRecord, User
from marketplace.accounts.phones import shown
from marketplace.accounts.reset_links import void_links
from marketplace.accounts.schemas import full_name
from marketplace.accounts.stored import is_whole, patchable_profile
from marketplace.audit import Actor, record
from marketplace.batches.models import Batch, BatchItem
from marketplace.bookings.models import Booking
from marketplace.bookings.queries import is_coming
from marketplace.database import lock, session_of, utcnow
from marketplace.errors import InvalidInput, refuse
from marketplace.listings.models import Service, ServiceReview, ServiceState
from marketplace.notes import ERASED, Note, erase_note
from marketplace.subjects.person import addresses_of, links_of
from marketplace.words import gettext as _

NOBODY = {"firstName": "Anonymised", "lastName": "user", "phone": "", "address": ""}
"""The profile that takes the place of a person's."""

SECRET_BYTES = 32

AT_ONCE = 500
"""Rows that one statement changes."""


def unknown_password() -> str:
    """Return a password that nobody has ever seen or will: only its hash is kept, so that no program chokes on it."""
    return secrets.token_urlsafe(SECRET_BYTES)


def anonymise_refusal(user: User) -> str | None:
    """Say why the person cannot be anonymised now; None when they can."""
    if user.is_anonymised:
        return _("This account is anonymised already.")
    session = session_of(user)
    coming = session.scalar(sa.select(sa.func.count()).select_from(Booking).where(*_coming(user))) or 0
    if coming:
        return _(
            "There are %(number)s pending or confirmed bookings to come. Cancel them first: nobody could be told "
            "about them any more.",
            number=coming,
        )
    offered = sa.select(sa.func.count()).select_from(Service)
    active = session.scalar(offered.where(Service.provider_id == user.id, Service.is_active.is_(True))) or 0
    if active:
        return _("There are %(number)s active listings of this provider. Take them down first.", number=active)
    return None


def coming_sides(user: User) -> list[str]:
    """Return on which sides the person has bookings to come: `customer`, `provider`."""
    session, ahead = session_of(user), _coming(user)
    sides = (("customer", Booking.customer_id), ("provider", Booking.provider_id))
    return [name for name, side in sides if session.scalar(sa.select(sa.exists().where(*ahead, side == user.id)))]


def anonymise_user(user: User, *, email: str, reason: str, password_hash: str, actor: Actor) -> None:
    """Replace what is about the person by what is about nobody. It cannot be undone.

    :param email: the account's address, typed once more.
    :param password_hash: of a password that nobody knows.
    :raises NotAllowedNow: as `anonymise_refusal` says.
    :raises InvalidInput: when the address is another one, or no reason is given.
    """
    lock(user)
    refuse(anonymise_refusal(user))
    if email.strip().lower() != user.email.lower():
        raise InvalidInput(_("This is not the e-mail address of the account."), fields=("email",))
    if not reason.strip():
        raise InvalidInput(_("Anonymising needs a reason."), fields=("reason",))
    session = session_of(user)
    words = _words(session, user)
    links = links_of(session, user)
    _forget_in_records(session, ResetLinkRecord.user_id == user.id)
    new = user.anonymous_email
    done = {
        "reset_links": _replace_links(session, links, new),
        "booking_notes": _forget_booking_notes(session, user),
        "notes": _erase_notes(session, user, actor),
        "listings": _forget_listings(session, user, words),
        "batches": _forget_in_batches(session, words),
    }
    user.email, user.profile, user.password, user.updated_at = new, dict(NOBODY), password_hash, utcnow()
    session.flush()
    void_links(session, user, actor=actor)
    changes = {name: (None, number) for name, number in done.items() if number}
    record("user.anonymised", user, actor=actor, label=new, reason=reason.strip(), changes=changes)


def _coming(user: User) -> tuple[Any, ...]:
    return sa.or_(Booking.customer_id == user.id, Booking.provider_id == user.id), is_coming(utcnow())


def _words(session: Session, user: User) -> list[str]:
    """Return what tells who the person is where it stands in a text: addresses, name, phone and postal address."""
    profile = user.profile if isinstance(user.profile, dict) else patchable_profile(user) or {}
    phones, name = list(_texts(profile.get("phone"))), full_name(profile)
    values = [*phones, *_texts(profile.get("address")), *([name] if " " in name else [])]
    values += [shown(spelt, region="")[0] for phone in phones for spelt in (phone, f"+{phone}")]
    # No column holds half a surrogate pair, nor, in PostgreSQL, NUL; neither can be looked for.
    known = [*addresses_of(session, user), *(each for each in values if is_whole(each) and "\0" not in each)]
    return sorted({each.strip() for each in known if len(each.strip()) > 4}, key=len, reverse=True)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts and numbers in a value of a profile, however another program has put them there."""
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)


def _replace_links(session: Session, links: sa.ColumnElement[bool], email: str) -> int:
    ids = session.scalars(
        sa.select(PasswordResetToken.id).where(links).order_by(PasswordResetToken.id).with_for_update(key_share=True)
    ).all()
    for some in _in_parts(ids):
        session.execute(
            sa.update(PasswordResetToken)
            .where(PasswordResetToken.id.in_(some))
            .values(email=email)
            .execution_options(synchronize_session=False)
        )
    for some in _in_parts(ids):
        _forget_in_records(session, ResetLinkRecord.token_id.in_(some))
    session.expire_all()
    return len(ids)


def _forget_in_records(session: Session, which: sa.ColumnElement[bool]) -> None:
    """Take the words away of what the desk noted of links; by whom they were ended stays, where that was staff."""
    for ended, values in (
        (ResetLinkRecord.reason.is_not(None), {"reason": ERASED}),
        (ResetLinkRecord.ended_as == Ending.USED, {"ended_by": None}),
    ):
        update = sa.update(ResetLinkRecord).where(which, ended).values(**values)
        session.execute(update.execution_options(synchronize_session=False))


def _forget_booking_notes(session: Session, user: User) -> int:
    """Empty what the person wrote on their bookings; all else about the bookings stays."""
    ids = session.scalars(
        sa.select(Booking.id)
        .where(Booking.customer_id == user.id, Booking.notes.is_not(None))
        .order_by(Booking.id)
        .with_for_update(key_share=True)
    ).all()
    for some in _in_parts(ids):
        session.execute(
            sa.update(Booking)
            .where(Booking.id.in_(some))
            .values(notes=None)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


def _erase_notes(session: Session, user: User, actor: Actor) -> int:
    """Take the words away of the notes on the person, on their bookings as a customer and on their listings."""
    own = {
        User.__tablename__: sa.select(sa.literal(user.id, sa.Uuid())),
        Booking.__tablename__: sa.select(Booking.id).where(Booking.customer_id == user.id),
        Service.__tablename__: sa.select(Service.id).where(Service.provider_id == user.id),
    }
    about = sa.or_(*(sa.and_(Note.subject_type == name, Note.subject_id.in_(ids)) for name, ids in own.items()))
    notes = session.scalars(sa.select(Note).where(about, Note.text != ERASED).order_by(Note.id)).all()
    for note in notes:
        erase_note(note, actor=actor)
    return len(notes)


def _forget_listings(session: Session, user: User, words: Sequence[str]) -> int:
    """Take away what the provider wrote about the listings, and what reviews remember of it.

    A title stays, without what tells who they are: others' bookings say by it what was booked.
    """
    services = session.scalars(sa.select(Service).where(Service.provider_id == user.id).order_by(Service.id)).all()
    for service in services:
        lock(service)
        service.title, service.description, service.images = without(words, service.title)[:100], ERASED, []
    for review in session.scalars(sa.select(ServiceReview).where(ServiceReview.provider_id == user.id)):
        title = without(words, str(review.reviewed.get("title") or ""))
        review.reviewed = {**review.reviewed, "title": title, "description": ERASED, "images": []}
        review.words = None if review.words is None else ERASED
    # Signals quote what was written; the listings are looked at anew by themselves.
    session.execute(
        sa.delete(ServiceState).where(ServiceState.provider_id == user.id).execution_options(synchronize_session=False)
    )
    return len(services)


def _forget_in_batches(session: Session, words: Sequence[str]) -> int:
    """Take out of batches what tells who the person is: a search may have been for their address."""
    found = 0
    for batch in session.scalars(sa.select(Batch).where(_holds(words, Batch.selection, Batch.origin, Batch.arguments))):
        batch.selection, batch.arguments = without(words, batch.selection), without(words, batch.arguments)
        batch.origin = without(_spellings(words), batch.origin)
        found += 1
    columns = BatchItem.sentence, BatchItem.arguments, BatchItem.changes
    for item in session.scalars(sa.select(BatchItem).where(_holds(words, *columns))):
        item.sentence, item.arguments = without(words, item.sentence), without(words, item.arguments)
        item.changes = without(words, item.changes)
        found += 1
    return found


def without(words: Iterable[str], value: Any) -> Any:
    """Return `value`, a text or what JSON holds, with an ellipsis in place of each of `words`, case apart."""
    if isinstance(value, str):
        for word in words:
            value = re.sub(re.escape(word), "…", value, flags=re.IGNORECASE)
        return value
    if isinstance(value, dict):
        return {key: without(words, each) for key, each in value.items()}
    return [without(words, each) for each in value] if isinstance(value, list) else value


def _holds(words: Sequence[str], *columns: Any) -> sa.ColumnElement[bool]:
    texts = [sa.func.lower(sa.func.coalesce(sa.cast(column, sa.Text), "")) for column in columns]
    return sa.or_(*(text.contains(word.lower(), autoescape=True) for text in texts for word in _spellings(words)))


def _spellings(words: Iterable[str]) -> list[str]:
    """Return `words` as they stand in texts, in stored JSON and in addresses of pages."""
    spelt = (each for word in words for each in (word, json.dumps(word)[1:-1], quote(word, safe=""), quote_plus(word)))
    return list(dict.fromkeys(spelt))


def _in_parts(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (ids[begin : begin + AT_ONCE] for begin in range(0, len(ids), AT_ONCE))
