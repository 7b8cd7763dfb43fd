"""How a reset link leaves the desk: mailed to the address of the account, or shown to whoever may see it."""

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.limits import Limits, PlannedIssuing, limit_refusal
from marketplace.accounts.mail import mail_reset_link
from marketplace.accounts.models import User, Way
from marketplace.accounts.reset_links import (
    SentPage,
    issue_reset_link,
    nobody_refusal,
    note_lost_mail,
    reset_link_of,
)
from marketplace.accounts.reset_page import origin_refusal, reset_link
from marketplace.accounts.ways import ways
from marketplace.audit import Actor, Command, current_batch
from marketplace.backoffice.screen import actor
from marketplace.batches.operations import say_of_item
from marketplace.batches.work import Arguments, Foresight, Refusals
from marketplace.database import lock, session_of
from marketplace.errors import refuse
from marketplace.extensions import db, settings
from marketplace.transaction import after_commit, in_transaction
from marketplace.words import gettext as _


def issue_refusal(user: User, *, actor: Actor) -> str | None:
    """Say why `actor` can issue no link for `user` now; None when they can."""
    refusal = nobody_refusal(user) or desk_refusal()
    return refusal or limit_refusal(session_of(user), user_id=user.id, agent_id=actor.audit_id, limits=limits())


def desk_refusal() -> str | None:
    """Say why no link of the visitor could go anywhere, whomever it is for; None where one can."""
    if not ways():
        return _(
            "No link can be issued: no mail server is set up (MAIL_SERVER), and your role may not see links."
            " Ask an administrator."
        )
    return origin_refusal()


def issue_for(user: User, *, reason: str, show: bool, actor: Actor, page_id: uuid.UUID | None = None) -> dict[str, Any]:
    """Issue a link for `user`; mail it after the commit, or hand it out to be shown.

    :param show: asks for the link to be shown; where the visitor may not see it, it is mailed.
    :param page_id: of the page that was sent: sent again, it hands out the same link and mails nothing, as long as the
        link lives.
    :raises NotAllowedNow: as `issue_refusal` says.
    """
    refuse(desk_refusal())
    open_ways = ways()
    way = Way.SHOWN if show and Way.SHOWN in open_ways else open_ways[0]
    lock(user)
    page = _sent_page(page_id, user, actor, way, reason) if page_id else None
    storage, email = settings().reset_token_storage, user.email
    known = reset_link_of(session_of(user), page, storage=storage) if page else None
    if known is not None:
        _way, shown, is_lost = known
        return {"link": reset_link(shown)} if shown else {"mailed_to": email, "is_lost": is_lost}
    token = issue_reset_link(
        user,
        reason=reason,
        actor=actor,
        storage=storage,
        valid=dt.timedelta(hours=settings().reset_token_hours),
        way=way,
        limits=limits(),
        page=page,
    )
    link = reset_link(token)
    if way == Way.SHOWN:
        return {"link": link}
    outcome: dict[str, Any] = {"mailed_to": email}
    who = Command(actor.audit_label, actor.audit_kind, actor.audit_id)
    batch_id, user_id = current_batch.get(), user.id

    def note_loss() -> None:
        note_lost_mail(db.session(), token, storage=storage, actor=who)
        if batch_id is not None:
            say_of_item(db.session(), batch_id, user_id, _("The link is issued, but its mail was not taken."))

    def send() -> None:
        outcome["is_lost"] = not mail_reset_link(email, link)
        if outcome["is_lost"]:
            in_transaction(note_loss)

    after_commit(send)
    return outcome


def foresee_links(session: Session) -> Foresight:
    """Tell of many users what issuing a link will say of each, the limits included."""
    planned = PlannedIssuing(session, agent_id=actor().audit_id, limits=limits())

    def tell(pairs: Sequence[tuple[User, Arguments]]) -> Refusals:
        refusal = desk_refusal()
        if refusal:
            return [refusal] * len(pairs)
        early = [nobody_refusal(user) for user, _arguments in pairs]
        issued = [user.id for (user, _arguments), nobody in zip(pairs, early, strict=True) if not nobody]
        later = iter(planned.refusals(issued))
        return [nobody or next(later) for nobody in early]

    return tell


def limits() -> Limits:
    return Limits(per_agent=settings().reset_links_per_agent, per_user=settings().reset_links_per_user)


def _sent_page(page_id: uuid.UUID, user: User, actor: Actor, way: Way, reason: str) -> SentPage:
    """Tell a page that is sent again from any other, and make the key that only who has the page can make again."""
    words = f"{page_id} {user.id} {actor.audit_id} {way} {reason}".encode("utf-8", "surrogatepass")
    ours = settings().secret_key.get_secret_value().encode()
    return SentPage(
        digest=hashlib.sha256(b"page " + words).hexdigest(), key=hmac.digest(ours, b"seal " + words, "sha256")
    )
