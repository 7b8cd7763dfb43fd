"""A person of whom something is held in every table."""

from dataclasses import dataclass
from typing import Any

from marketplace.accounts.operations import edit_user
from marketplace.accounts.reset_links import issue_reset_link, reset_password
from marketplace.bookings.operations import edit_booking
from marketplace.extensions import db
from marketplace.listings.models import ReviewReason
from marketplace.listings.moderation import take_down_service
from marketplace.notes import write_note
from marketplace.transaction import in_transaction, transaction
from tests.accounts.test_reset_links import DAY
from tests.factories import (
    PASSWORD_HASH,
    BatchFactory,
    BookingFactory,
    ProviderFactory,
    ServiceFactory,
    StaffMemberFactory,
    UserFactory,
    coming_monday,
)

EMAIL, EARLIER = "ada.subject@example.com", "earlier.ada@example.com"
PHONE, ADDRESS = "+44 20 7946 0123", "99 Secret Lane"
WORDS = ("ada.subject", "earlier.ada", "Byron-King", "7946 0123", "Secret Lane", "door code 4711", "Countess")
"""What tells of the person, or was written by them, wherever it stands."""


@dataclass
class Person:
    user: Any
    service: Any
    booked: Any
    offered: Any
    token: str


def make_person() -> Person:
    """Make a person who books and offers, changed their address, was written about, and asked for a link."""
    agent = StaffMemberFactory(email="agent@example.com", role="administrator")
    profile = {"firstName": "Ada", "lastName": "Byron-King", "phone": PHONE, "address": ADDRESS, "alias": "Countess"}
    user = UserFactory(email=EARLIER, role="provider", profile=profile)
    service = ServiceFactory(
        provider=user,
        title=f"Lessons by Ada Byron-King ({PHONE})",
        description=f"Mail {EMAIL}.",
        images=["https://a.example/ada.subject.png"],
    )
    other = ProviderFactory(email="pat@example.com", profile={"firstName": "Pat", "lastName": "Provider"})
    customer = UserFactory(email="carl@example.com", profile={"firstName": "Carl", "phone": "+1 202 555 0177"})
    booked = BookingFactory(
        customer=user, service=ServiceFactory(provider=other, currency="USD"), status="completed",
        notes="My door code 4711.", total_amount="12.50", scheduled_at=coming_monday().replace(year=2020),
    )  # fmt: skip
    offered = BookingFactory(
        customer=customer, service=service, status="cancelled", notes="Carl's own words.", total_amount="30.00"
    )
    with transaction():
        issue_reset_link(user, reason="They asked.", actor=agent, storage="digest", valid=DAY)
        edit_user(user, changes={"email": EMAIL, "lastName": "Byron-King"}, reason="She wrote from it.", actor=agent)
    token = in_transaction(
        lambda: issue_reset_link(user, reason="They asked.", actor=agent, storage="digest", valid=DAY)
    )
    in_transaction(lambda: reset_password(db.session(), token, password_hash=PASSWORD_HASH, storage="digest"))
    token = in_transaction(
        lambda: issue_reset_link(user, reason="They asked.", actor=agent, storage="digest", valid=DAY)
    )
    with transaction():
        for row in (user, booked, service):
            write_note(row, text="The Countess rang: Ada Byron-King.", label="x", actor=agent)
        write_note(offered, text="Carl complained.", label="x", actor=agent)
        edit_booking(booked, changes={"notes": "My door code 4711!"}, actor=agent)
        take_down_service(service, reason=ReviewReason.OTHER, words=f"She lists {PHONE}.", actor=agent)
    BatchFactory(
        subject_type="users",
        verb="reset-link",
        selection={"search": EMAIL.upper()},
        state="finished",
        origin="/admin/users/?search=ada.subject%40example.com",
        arguments={"reason": f"For {EMAIL}"},
        rows=[user],
    )
    return Person(user, service, booked, offered, token)
