"""Mail to colleagues."""

from flask import render_template
from flask_babel import gettext as _
from flask_mailman import EmailMessage

from marketplace.staff.invites import VALID


def mail_invite(email: str, link: str, *, invited_by: str) -> None:
    """Send the link of an invite to whom it is for."""
    hours = int(VALID.total_seconds() // 3600)
    EmailMessage(
        subject=_("Your account for the back office"),
        body=render_template("staff/invite_mail.txt", link=link, hours=hours, invited_by=invited_by),
        to=[email],
    ).send()
