"""Mail to users."""

import structlog
from flask import render_template
from flask_babel import gettext as _
from flask_mailman import EmailMessage

from marketplace.extensions import settings

log = structlog.get_logger()


def mail_reset_link(email: str, link: str) -> bool:
    """Send the link to the address of the account; return whether the mail server took it."""
    message = EmailMessage(
        subject=_("Set a new password"),
        body=render_template("accounts/reset_mail.txt", link=link, hours=settings().reset_token_hours),
        to=[email],
    )
    try:
        message.send()
    except (OSError, ValueError) as failure:  # Of the network or the mail server, or an address that is none.
        # Its words can name the address, its traceback the message: neither is for the log.
        log.error("mail_not_sent", mail="reset link", error=type(failure).__name__)  # noqa: TRY400 - as above
        return False
    return True
