"""Mail to colleagues."""

from flask import render_template
from flask_babel import gettext as _

from marketplace.staff.invites import VALID
from marketplace.web.mail import send_mail


def mail_invite(email: str, link: str, *, invited_by: str) -> bool:
    """Send the link of an invite to whom it is for; return whether the mail server took it."""
    hours = int(VALID.total_seconds() // 3600)
    body = render_template("staff/invite_mail.txt", link=link, hours=hours, invited_by=invited_by)
    return send_mail(to=email, subject=_("Your account for the back office"), body=body, what="invite")
