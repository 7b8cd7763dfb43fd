"""How often a log-in may be tried: ten failures in five minutes for an account, and for an address."""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

import structlog
from limits import RateLimitItem, parse
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import TooManyRequests

from marketplace.connections import was_in_the_way
from marketplace.extensions import client_address, limiter
from marketplace.staff.device import account_of, known_device
from marketplace.transaction import in_transaction

FAILURES = parse("10 per 5 minutes")

CODES = parse("50 per day")
"""Wrong codes, on top of that: there are but a million of them, and whoever tries has the password already."""

RECORDED = parse("100 per 5 minutes")
"""Failures of all visitors together that get into the audit log: nobody shall fill it."""

log = structlog.get_logger()

_turns = tuple(Lock() for _each in range(256))


@contextmanager
def in_turn(email: str, *, of_codes: bool = False) -> Iterator["Tries"]:
    """Let one try after the other have the tries of this account and this visitor.

    A failure is known only after the slow check of a password; tries in parallel would all be let through meanwhile.

    :param of_codes: whether it is a code of the second factor that is tried.
    :raises TooManyRequests: (429, with Retry-After) when none are left.
    """
    tries = Tries(email, of_codes=of_codes)
    with ExitStack() as stack:
        for number in sorted({hash(key) % len(_turns) for _limit, key in tries.limits}):
            stack.enter_context(_turns[number])
        tries.check()
        yield tries


class Tries:
    """The tries that are left: of an account, known or not, and an address; or of a browser that is known."""

    def __init__(self, email: str, *, of_codes: bool = False) -> None:
        account, device = account_of(email), known_device(email)
        self.limits: list[tuple[RateLimitItem, tuple[str, ...]]] = []
        if device is not None:
            self.limits.append((FAILURES, ("log-in", "device", account, device)))
        else:
            self.limits.append((FAILURES, ("log-in", "account", account)))
            self.limits.append((FAILURES, ("log-in", "address", network_of(client_address()))))
        if of_codes:
            self.limits.append((CODES, ("log-in", "codes", account)))

    def check(self) -> None:
        for limit, key in self.limits:
            if not limiter.limiter.test(limit, *key):
                raise TooManyRequests(retry_after=FAILURES.get_expiry())

    def count_failure(self) -> bool:
        """Count one, and return whether it may get into the audit log."""
        for limit, key in self.limits:
            limiter.limiter.hit(limit, *key)
        return limiter.limiter.hit(RECORDED, "log-in", "recorded")


def note_failure(record: Callable[[], None], *, step: str) -> None:
    """Have a failure recorded; it is told all the same where the database has no time for that.

    :param step: what was wrong: `password`, `code` or `proof`.
    """
    try:
        in_transaction(record)
    except OperationalError as failure:
        if not was_in_the_way(failure):
            raise
        log.warning("failure_not_recorded", step=step)


def network_of(address: str) -> str:
    """Return what tries of an address are counted for: of IPv6 the network of 64 bits that one visitor has at least."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
