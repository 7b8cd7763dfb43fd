"""Codes of a second factor: those of an app (TOTP, RFC 6238), and those kept on paper for the day it is lost."""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator

import pyotp

from marketplace.database import utcnow

STEP = 30
"""Seconds for which an app shows a code."""

WINDOW = 1
"""Steps before and after the present one whose codes are taken: clocks differ, and typing takes a while."""

RECOVERY_CODES = 10

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: no letter that is easily taken for a digit."""

LENGTH = 24
"""Characters of a recovery code, of five bits each: more than the 112 from which a digest may be kept of it."""

ISSUER = "Back office"


def new_secret() -> str:
    """Return a secret for an app: 160 random bits, written in base 32."""
    return pyotp.random_base32(32)


def app_address(secret: str, email: str) -> str:
    """Return the address that an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def in_groups(text: str) -> str:
    """Write `text` in groups of four, so that a person can read it out and type it."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def steps_of(secret: str, code: str, now: dt.datetime | None = None) -> Iterator[int]:
    """Yield the time steps at about `now` at which an app with `secret` shows `code`."""
    digits = re.sub(r"[\s-]", "", code)
    present = int((now or utcnow()).timestamp()) // STEP
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP).encode(), digits.encode("utf-8", "surrogatepass")):
            yield step


def new_recovery_codes() -> list[str]:
    return ["".join(secrets.choice(ALPHABET) for _each in range(LENGTH)) for _code in range(RECOVERY_CODES)]


def recovery_digest(code: str) -> str:
    """Return the digest of a recovery code as it was typed: spaces, dashes and case make no difference."""
    plain = re.sub(r"[\s-]", "", code).lower().translate(str.maketrans("oil", "011"))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
