"""The users: providers first, customers behind them."""

import base64
import datetime as dt
import random
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from faker import Faker

from marketplace.system.sample_data.flaws import PROFILE_FLAWS, flaw_of
from marketplace.system.sample_data.phones import fictitious_number
from marketplace.system.sample_data.places import City
from marketplace.system.sample_data.plan import Plan
from marketplace.system.sample_data.rows import UserRow, json_text

DOMAINS = (
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example",
    "inbox.example",
    "mail.test",
)
"""Reserved for documentation and tests (RFC 2606, RFC 6761): no mail can reach anyone there."""

ASCII = str.maketrans({"ı": "i", "ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "đ": "d", "Đ": "D", "æ": "ae"})
POOL = 60


def user_rows(plan: Plan) -> Iterator[UserRow]:
    password = unusable_password(plan)
    for number in range(plan.users):
        yield _user_row(plan, number, password)


def email_of(plan: Plan, number: int) -> str:
    return _user_row(plan, number, "").email


def unusable_password(plan: Plan) -> str:
    """Return a hash in bcrypt's format, at its lowest cost, that is the hash of nothing anyone knows.

    Salt and digest are both noise. Hashing a password made from the seed would not do: whoever
    knows the seed could make it again.
    """
    noise = plan.noise("password", 0, 39)
    return "$2b$04$" + _bcrypt64(noise[:16]) + _bcrypt64(noise[16:])


class _Names(NamedTuple):
    first: tuple[str, ...]
    last: tuple[str, ...]


@lru_cache(maxsize=64)
def _names(locale: str, seed: int) -> tuple[_Names, _Names]:
    """Draw women's and men's names once per locale: Faker is too slow to be asked for every user."""
    fake = Faker(locale, providers=["faker.providers.person"])
    fake.seed_instance(seed)
    return (
        _Names(*zip(*((fake.first_name_female(), fake.last_name_female()) for _ in range(POOL)), strict=True)),
        _Names(*zip(*((fake.first_name_male(), fake.last_name_male()) for _ in range(POOL)), strict=True)),
    )


def _user_row(plan: Plan, number: int, password: str) -> UserRow:
    chance = plan.random("user", number)
    city = plan.city(number)
    names = chance.choice(_names(city.names, plan.seed))
    first, last = chance.choice(names.first), chance.choice(names.last)
    joined = plan.joined(number)
    return UserRow(
        id=plan.id("user", number),
        email=f"{_local_part(first, last, city)}.{number}@{chance.choice(DOMAINS)}",
        password=password,
        role="provider" if number < plan.providers else "customer",
        profile=_profile(plan, number, chance, first, last),
        created_at=None if number % 97 == 31 else joined,
        updated_at=_updated(plan, chance, joined),
    )


def _local_part(first: str, last: str, city: City) -> str:
    """Return the name in ASCII, or the city where the script has none."""
    plain = unicodedata.normalize("NFKD", f"{first}.{last}".translate(ASCII)).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z.]", "", plain.lower()).strip(".")
    return name if len(name) > 3 and "." in name else city.slug


def _profile(plan: Plan, number: int, chance: random.Random, first: str, last: str) -> str:
    city = plan.city(number)
    profile: dict[str, object] = {
        "firstName": first,
        "lastName": last,
        "phone": "" if chance.random() < 0.04 else fictitious_number(chance, city.phones),
        "address": city.address.format(street=chance.choice(city.streets), number=chance.randint(1, 180)),
    }
    if chance.random() < 0.03:
        profile |= {"preferredLanguage": city.language, "newsletter": chance.random() < 0.5}
    flaw = flaw_of(number, PROFILE_FLAWS, first=5, step=6)
    return json_text(flaw(profile) if flaw else profile, any_text=plan.any_text)


def _updated(plan: Plan, chance: random.Random, joined: dt.datetime) -> dt.datetime | None:
    if chance.random() < 0.02:
        return None
    if chance.random() < 0.6:
        return joined
    return joined + (plan.midnight - joined) * chance.random()


def _bcrypt64(content: bytes) -> str:
    standard = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bcrypts = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return base64.b64encode(content).rstrip(b"=").translate(bytes.maketrans(standard, bcrypts)).decode()
