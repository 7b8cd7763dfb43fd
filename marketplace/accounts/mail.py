"""Mail to users."""

from flask import render_template
from flask_babel import gettext as _
from flask_mailman import EmailMessage

from marketplace.extensions import settings


def mail_reset_link(email: str, link: str) -> None:
    """Send the link to the address of the account."""
    EmailMessage(
        subject=_("Set a new password"),
        body=render_template("accounts/reset_mail.txt", link=link, hours=settings().reset_token_hours),
        to=[email],
    ).send()
