"""How many reset links are issued by one agent within an hour, and for one user within a day."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import ResetLinkRecord
from marketplace.sql import database_now
from marketplace.words import Refusal, moment
from marketplace.words import gettext as _

OURS = ResetLinkRecord.way.is_not(None)
"""Of the links that the desk issued: those that owners asked the marketplace for count for nobody."""

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    per_agent: int = 30
    """Links within an hour."""
    per_user: int = 5
    """Links within 24 hours."""


USUAL = Limits()


def limit_refusal(session: Session, *, user_id: uuid.UUID, agent_id: uuid.UUID | None, limits: Limits) -> str | None:
    """Say why no further link is issued now, and when it will be possible again; None when one is.

    Whoever issues by it holds the locks of the agent and the user, so that nobody counts at the same moment.
    """
    now = _now(session)
    if agent_id is not None:
        at = _full_since(session, ResetLinkRecord.issuer_id == agent_id, limits.per_agent)
        if at is not None and at > now - HOUR:
            return _too_many_by_agent(at, limits)
    at = _full_since(session, ResetLinkRecord.user_id == user_id, limits.per_user)
    if at is not None and at > now - DAY:
        return _too_many_for_user(at, limits)
    return None


class PlannedIssuing:
    """What the limits will say of many users, one after the other, once those before them have their links."""

    def __init__(self, session: Session, *, agent_id: uuid.UUID | None, limits: Limits) -> None:
        self.session, self.limits, self.now = session, limits, _now(session)
        self.by_agent = self._issued(ResetLinkRecord.issuer_id == agent_id, HOUR) if agent_id is not None else []

    def refusals(self, user_ids: Sequence[uuid.UUID]) -> list[str | None]:
        """Return for each of these users why no link will be issued for them, or None."""
        known: dict[uuid.UUID, list[dt.datetime]] = {each: [] for each in user_ids}
        columns = ResetLinkRecord.user_id, ResetLinkRecord.issued_at
        lately = ResetLinkRecord.issued_at > self.now - DAY, OURS
        for user_id, issued_at in self.session.execute(
            sa.select(*columns).where(ResetLinkRecord.user_id.in_(known), *lately).order_by(*columns)
        ):
            if user_id is not None:
                known[user_id].append(issued_at)
        return [self._next(known[each]) for each in user_ids]

    def _next(self, for_user: list[dt.datetime]) -> str | None:
        if len(self.by_agent) >= self.limits.per_agent:
            return _too_many_by_agent(self.by_agent[-self.limits.per_agent], self.limits)
        if len(for_user) >= self.limits.per_user:
            return _too_many_for_user(for_user[-self.limits.per_user], self.limits)
        self.by_agent.append(self.now)
        return None

    def _issued(self, whose: sa.ColumnElement[bool], within: dt.timedelta) -> list[dt.datetime]:
        moments = sa.select(ResetLinkRecord.issued_at).where(whose, ResetLinkRecord.issued_at > self.now - within)
        return list(self.session.scalars(moments.order_by(ResetLinkRecord.issued_at)))


def _full_since(session: Session, whose: sa.ColumnElement[bool], most: int) -> dt.datetime | None:
    """Return when the last `most` links began to be issued; None where there are fewer: one look into an index."""
    moments = sa.select(ResetLinkRecord.issued_at).where(whose, OURS)
    return session.scalar(moments.order_by(ResetLinkRecord.issued_at.desc()).offset(most - 1).limit(1))


def _too_many_by_agent(since: dt.datetime, limits: Limits) -> Refusal:
    return _refusal(
        _("You have issued %(most)d reset links within an hour, which is the most.", most=limits.per_agent),
        since + HOUR,
    )


def _too_many_for_user(since: dt.datetime, limits: Limits) -> Refusal:
    return _refusal(
        _("%(most)d reset links were issued for this user within a day, which is the most.", most=limits.per_user),
        since + DAY,
    )


def _refusal(gist: str, until: dt.datetime) -> Refusal:
    minute = until.replace(second=0, microsecond=0)  # The next full one: what is said is true when it has come.
    again = minute if minute == until else minute + dt.timedelta(minutes=1)
    return Refusal(f"{gist} {_('It is possible again from %(time)s.', time=moment(again))}", gist=gist)


def _now(session: Session) -> Any:
    return session.scalar(sa.select(database_now()))
