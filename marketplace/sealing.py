"""Texts that only this back office can read: sealed with a key of their own, made from SECRET_KEY."""

import base64
import datetime as dt

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketplace.extensions import settings


class BrokenSealError(Exception):
    """It was not sealed here, or with a key that is no more, or too long ago."""


def seal(text: str) -> str:
    """Return `text` so that nobody without our key can read or change it."""
    return _seals()[0].encrypt(text.encode()).decode()


def unseal(sealed: str, *, within: dt.timedelta | None = None) -> str:
    """Return what was sealed, be it with SECRET_KEY or with one of SECRET_KEY_FALLBACKS.

    :param within: how long ago that may be at most.
    :raises BrokenSealError: when it cannot be read.
    """
    seconds = int(within.total_seconds()) if within else None
    try:
        return MultiFernet(_seals()).decrypt(sealed.encode("utf-8", "replace"), ttl=seconds).decode()
    except InvalidToken:
        raise BrokenSealError from None


def is_sealed_anew(sealed: str) -> bool:
    """Whether it was sealed with today's SECRET_KEY, so that no earlier one is needed for it."""
    try:
        _seals()[0].decrypt(sealed.encode("utf-8", "replace"))
    except InvalidToken:
        return False
    return True


def _seals() -> list[Fernet]:
    """Return what seals and unseals: today's key first."""
    keys = (settings().secret_key.get_secret_value(), *settings().secret_key_fallbacks)
    return [Fernet(_derived(key)) for key in keys]


def _derived(key: str) -> bytes:
    # Of its own purpose, so that nothing else that SECRET_KEY signs helps to read it.
    derivation = HKDF(SHA256(), length=32, salt=None, info=b"marketplace back office: sealed texts")
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
