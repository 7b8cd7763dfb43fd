"""Mail that is handed to the mail server, whose refusal is told and never logged in its own words."""

import structlog
from flask_mailman import EmailMessage

log = structlog.get_logger()


def send_mail(*, to: str, subject: str, body: str, what: str) -> bool:
    """Send a mail to one address; return whether the mail server took it.

    :param what: how the log calls it.
    """
    try:
        EmailMessage(subject=subject, body=body, to=[to]).send()
    except (OSError, ValueError) as failure:  # Of the network or the mail server, or an address that is none.
        # Its words can name the address, its traceback the message: neither is for the log.
        log.error("mail_not_sent", mail=what, error=type(failure).__name__)  # noqa: TRY400 - as above
        return False
    return True
