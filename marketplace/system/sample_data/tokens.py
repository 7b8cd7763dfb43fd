"""Password reset tokens in every state: open until the end of the day, used, expired."""

import datetime as dt
from collections.abc import Iterator

from marketplace.system.sample_data.people import email_of
from marketplace.system.sample_data.plan import Plan
from marketplace.system.sample_data.rows import TokenRow

VALIDITY = dt.timedelta(hours=24)


def token_rows(plan: Plan) -> Iterator[TokenRow]:
    for number in range(plan.tokens):
        yield _token_row(plan, number)


def _token_row(plan: Plan, number: int) -> TokenRow:
    chance = plan.random("token", number)
    state = ("open", "used", "expired")[number % 3]
    # A present that ends at midnight: a token of its last moment is open for all of today.
    age = dt.timedelta() if state == "open" else VALIDITY + dt.timedelta(minutes=chance.randint(1, 60 * 24 * 120))
    created = plan.midnight - age
    return TokenRow(
        id=plan.id("token", number),
        email=email_of(plan, chance.randrange(plan.users)),
        # Noise in place of a digest: with digests stored, no token leads here.
        token=plan.noise("token", number, 32).hex(),
        expires_at=created + VALIDITY,
        is_used=None if number == 5 else state == "used",
        created_at=None if number == 8 else created,
    )
