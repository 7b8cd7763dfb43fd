"""How often a log-in may be tried: ten failures in five minutes for an account, and for an address."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

from limits import parse
from werkzeug.exceptions import TooManyRequests

from marketplace.extensions import limiter

FAILURES = parse("10 per 5 minutes")

_turns = tuple(Lock() for _each in range(256))


@contextmanager
def in_turn(*, email: str, address: str) -> Iterator["Tries"]:
    """Let one try after the other have the tries of this account and this address.

    A failure is known only after the slow check of a password; tries in parallel would all be let through meanwhile.

    :raises TooManyRequests: (429, with Retry-After) when either has none left.
    """
    tries = Tries(email, address)
    with ExitStack() as stack:
        for number in sorted({hash(key) % len(_turns) for key in tries.keys}):
            stack.enter_context(_turns[number])
        tries.check()
        yield tries


class Tries:
    """The tries that an account, known or not, and an address have left."""

    def __init__(self, email: str, address: str) -> None:
        account = hashlib.sha256(email.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()
        self.keys = (("log-in", "account", account), ("log-in", "address", address))

    def check(self) -> None:
        if not all(limiter.limiter.test(FAILURES, *key) for key in self.keys):
            raise TooManyRequests(retry_after=FAILURES.get_expiry())

    def count_failure(self) -> None:
        for key in self.keys:
            limiter.limiter.hit(FAILURES, *key)
