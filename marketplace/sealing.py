"""Texts that only this back office can read: sealed with a key of their own, made from SECRET_KEY."""

import base64
import datetime as dt
from enum import StrEnum

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketplace.extensions import settings


class Purpose(StrEnum):
    """What a text is sealed for: taken elsewhere, it opens nothing."""

    SECOND_FACTOR = "second factor"
    SECOND_FACTOR_OFFER = "second factor on offer"
    INVITE = "invite"
    HALF_SIGNED_IN = "half signed in"


class BrokenSealError(Exception):
    """It was not sealed here, or for something else, or with a key that is no more, or too long ago."""


def seal(text: str, purpose: Purpose) -> str:
    """Return `text` so that nobody without our key can read or change it."""
    return _seals(purpose)[0].encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: Purpose, *, within: dt.timedelta | None = None) -> str:
    """Return what was sealed, be it with SECRET_KEY or with one of SECRET_KEY_FALLBACKS.

    :param within: how long ago that may be at most.
    :raises BrokenSealError: when it cannot be read.
    """
    seconds = int(within.total_seconds()) if within else None
    try:
        return MultiFernet(_seals(purpose)).decrypt(sealed.encode("utf-8", "replace"), ttl=seconds).decode()
    except InvalidToken:
        raise BrokenSealError from None


def is_sealed_anew(sealed: str, purpose: Purpose) -> bool:
    """Whether it was sealed with today's SECRET_KEY, so that no earlier one is needed for it."""
    try:
        _seals(purpose)[0].decrypt(sealed.encode("utf-8", "replace"))
    except InvalidToken:
        return False
    return True


def _seals(purpose: Purpose) -> list[Fernet]:
    """Return what seals and unseals: today's key first."""
    keys = (settings().secret_key.get_secret_value(), *settings().secret_key_fallbacks)
    return [Fernet(_derived(key, purpose)) for key in keys]


def _derived(key: str, purpose: Purpose) -> bytes:
    # Of its own purpose, so that nothing else that SECRET_KEY signs helps to read it.
    derivation = HKDF(SHA256(), length=32, salt=None, info=f"marketplace back office: {purpose}".encode())
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
