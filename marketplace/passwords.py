"""Passwords of staff and customers: what is accepted, hashing, checking."""

import functools
import re
from collections.abc import Iterable, Iterator

import bcrypt
from flask_babel import lazy_gettext as _
from zxcvbn.frequency_lists import FREQUENCY_LISTS

STAFF_MINIMUM = 12
CUSTOMER_MINIMUM = 10
"""Characters (OWASP ASVS 5.0, 6.2.1)."""

BCRYPT_LIMIT = 72
"""Bytes; bcrypt cannot see what comes after them."""


CONTEXT = ("backoffice", "marketplace", "password", "welcome")
"""Words anybody would try here first (OWASP ASVS 5.0, 6.1.2), besides those of the account itself."""

LEFT_AT_LEAST = 6
"""Characters that have to be left of a password without such words."""


def password_problem(password: str, *, minimum: int, about: Iterable[str] = ()) -> str | None:
    """Return the sentence that says why `password` cannot be chosen, or None when it can.

    :param about: e-mail address and name of whose it is.
    """
    if len(password) < minimum:
        return str(_("Use at least %(minimum)d characters.", minimum=minimum))
    if too_long(password):
        return too_long_sentence()
    if password.lower() in _common_passwords():
        return str(_("This password is among the most used ones. Choose another."))
    if _is_made_of(password.lower(), {*CONTEXT, *_words(about)}):
        return str(_("This password says hardly more than your name, your address or where it is for. Choose another."))
    return None


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (word for word in re.split(r"[\W_]+", text.lower()) if len(word) >= 4)


def _is_made_of(password: str, words: Iterable[str]) -> bool:
    bare = rest = re.sub(r"[\W_]+", "", password)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != bare and len(rest) < LEFT_AT_LEAST


def too_long(password: str) -> bool:
    return len(password.encode("utf-8", "surrogatepass")) > BCRYPT_LIMIT


def too_long_sentence() -> str:
    return str(_("Use at most 72 bytes: that is 72 plain letters, fewer with accents or emoji."))


def hash_password(password: str, *, cost: int) -> str:
    """Return the bcrypt hash of `password`.

    :param cost: two to the power of it is the number of rounds.
    """
    return bcrypt.hashpw(_encode(password), bcrypt.gensalt(cost)).decode("ascii")


def password_matches(password: str, password_hash: str) -> bool:
    """Whether `password` has this hash; a malformed hash or a password beyond 72 bytes matches nothing."""
    if too_long(password):
        return False
    try:
        return bcrypt.checkpw(_encode(password), password_hash.encode("ascii"))
    except ValueError:  # No bcrypt hash, such as another program's placeholder.
        return False


def is_outdated(password_hash: str, *, cost: int) -> bool:
    """Whether the hash was made with a lower cost than is asked for now."""
    return int(password_hash.split("$")[2]) < cost


@functools.cache
def decoy_hash(cost: int) -> str:
    """Return a hash nothing is checked against but the passwords of accounts that do not exist."""
    return hash_password("no account has this password", cost=cost)


def _encode(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


@functools.cache
def _common_passwords() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])
