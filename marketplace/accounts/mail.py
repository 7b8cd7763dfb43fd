"""Mail to users."""

from flask import render_template
from flask_babel import gettext as _

from marketplace.extensions import settings
from marketplace.web.mail import send_mail


def mail_reset_link(email: str, link: str) -> bool:
    """Send the link to the address of the account; return whether the mail server took it."""
    body = render_template("accounts/reset_mail.txt", link=link, hours=settings().reset_token_hours)
    return send_mail(to=email, subject=_("Set a new password"), body=body, what="reset link")
