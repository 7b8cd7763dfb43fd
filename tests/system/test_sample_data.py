import datetime as dt
import gc
import json
import re
import tracemalloc
import uuid
from collections import Counter, defaultdict, deque
from decimal import Decimal

import bcrypt
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.accounts.schemas import profile_problems
from marketplace.bookings.models import Booking, BookingStatus
from marketplace.cli.sample_data import sample_data_command
from marketplace.database import MalformedJSON, utcnow
from marketplace.errors import NotAllowedNow
from marketplace.extensions import db
from marketplace.listings.models import Service
from marketplace.listings.schemas import availability_problems, images_problems, readable_availability
from marketplace.system.sample_data import bookings as sample_bookings
from marketplace.system.sample_data.bookings import DOUBLE_BOOKED, booking_rows, double_booked
from marketplace.system.sample_data.catalogue import RANGES
from marketplace.system.sample_data.ids import is_sample_id, sample_id
from marketplace.system.sample_data.load import TABLES, found, load, planned
from marketplace.system.sample_data.people import user_rows
from marketplace.system.sample_data.phones import is_fictitious
from marketplace.system.sample_data.places import CITIES
from marketplace.system.sample_data.plan import Plan, shares
from marketplace.system.sample_data.sentences import DESCRIPTIONS, NOTES
from marketplace.system.sample_data.services import service_rows
from marketplace.system.sample_data.titles import CATEGORIES, TITLES, titles
from marketplace.system.sample_data.tokens import token_rows
from tests.factories import PasswordResetTokenFactory, UserFactory

TODAY = dt.date(2025, 6, 11)
NOW = dt.datetime(2025, 6, 11, tzinfo=dt.UTC)
MANY = 1_200
"""Enough for two deliberate overlaps."""

SCRIPTS = {
    "Arabic": "[\u0621-\u064a]{3}",
    "Hebrew": "[\u05d0-\u05ea]{2}",
    "Han": "[\u4e00-\u9fff]",
    "Kana": "[\u3041-\u30ff]",
    "Hangul": "[\uac00-\ud7a3]",
    "Devanagari": "[\u0905-\u0939]",
    "Thai": "[\u0e01-\u0e2e]",
    "Cyrillic": "[\u0410-\u044f]{2}",
    "Greek": "[\u0391-\u03c9]{2}",
    "accents": "[\u00e0-\u00ff]",
}


def stored() -> dict[str, list[tuple]]:
    """Return every row of the four tables as the database holds it, JSON as text."""
    return {
        model.__tablename__: [
            tuple(row)
            for row in db.session.execute(
                sa.select(*(sa.cast(column, sa.Text) for column in model.__table__.columns)).order_by(model.id),
            )
        ]
        for model in TABLES
    }


def erase() -> None:
    for model in reversed(TABLES):
        db.session.execute(sa.delete(model))
    db.session.commit()


def run(*arguments: str):
    return CliRunner().invoke(sample_data_command, arguments)


@pytest.fixture
def sample(app):
    made = load(MANY, 7, TODAY)
    db.session.rollback()
    return made


def test_the_same_numbers_make_the_same_rows(app):
    load(300, 5, TODAY)
    first = stored()
    erase()
    load(300, 5, TODAY)
    assert stored() == first


@pytest.mark.parametrize(("seed", "today"), [(6, TODAY), (5, TODAY + dt.timedelta(days=1))])
def test_another_seed_or_day_makes_other_rows(seed, today):
    assert list(booking_rows(Plan(50, seed, today))) != list(booking_rows(Plan(50, 5, TODAY)))


def test_there_is_as_much_of_everything_as_was_asked_for(sample):
    counts = [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in TABLES]
    assert counts == [sample.users, sample.services, sample.bookings, sample.tokens] == [120, 40, MANY, 12]
    roles = Counter(db.session.scalars(sa.select(User.role)))
    assert roles == {"provider": 22, "customer": 98}


def test_users_and_services_follow_from_the_bookings():
    plan = Plan(100_000, 1, TODAY)
    assert (plan.users, plan.services, plan.tokens) == (10_000, 2_000, 500)
    assert (Plan(0, 1, TODAY).users, Plan(0, 1, TODAY).services) == (60, 40)


@pytest.mark.parametrize("total", [0, 1, 41, 1_000])
def test_shares_are_consecutive_and_leave_nothing_out(total):
    assert [number for share in shares(total, 7, (1, 2, 3)) for number in share] == list(range(total))


def test_every_row_refers_to_rows_that_are_there(sample):
    role = dict(db.session.execute(sa.select(User.id, User.role)).all())
    provider_of = dict(db.session.execute(sa.select(Service.id, Service.provider_id)).all())
    assert all(role[provider] == "provider" for provider in provider_of.values())
    for booking in db.session.scalars(sa.select(Booking)):
        assert booking.provider_id == provider_of[booking.service_id]
        assert role[booking.customer_id] == "customer"
    emails = set(db.session.scalars(sa.select(User.email)))
    assert set(db.session.scalars(sa.select(PasswordResetToken.email))) <= emails


def test_names_and_titles_are_written_in_many_scripts(sample):
    profiles = [profile for profile in db.session.scalars(sa.select(User.profile)) if isinstance(profile, dict)]
    names = " ".join(str(profile.get("firstName")) + str(profile.get("lastName")) for profile in profiles)
    listed = " ".join(db.session.scalars(sa.select(Service.title + " " + Service.description)))
    for script, letters in SCRIPTS.items():
        assert re.search(letters, listed), f"no {script} in the services"
        if script != "Kana":  # Japanese names are mostly written in Han.
            assert re.search(letters, names), f"no {script} in the names"


def test_the_smallest_sample_already_has_every_script():
    services = " ".join(f"{row.title} {row.description}" for row in service_rows(Plan(0, 1, TODAY)))
    assert [script for script, letters in SCRIPTS.items() if not re.search(letters, services)] == []


def test_no_mail_can_reach_anyone(sample):
    reserved = re.compile(r".+@([a-z-]+\.)*(example\.com|example\.org|example\.net|example|test)")
    emails = list(db.session.scalars(sa.select(User.email)))
    assert all(reserved.fullmatch(email) for email in emails)
    assert len({email.lower() for email in emails}) == len(emails)


def test_no_telephone_number_belongs_to_anyone():
    phones = []
    for row in user_rows(Plan(20_000, 1, TODAY)):
        profile = json.loads(row.profile)
        if isinstance(profile, dict) and profile.get("phone"):
            phones.append(profile["phone"])
    assert len(phones) > 1_500
    digits = [phone for phone in phones if isinstance(phone, str)]
    assert len(digits) > len(phones) - 10
    assert [phone for phone in digits if not is_fictitious(phone)] == []
    assert not is_fictitious("+1 212 555 0200")


def test_no_image_is_asked_from_anyone():
    for row in service_rows(Plan(20_000, 1, TODAY)):
        assert all(url.startswith("://images.example.com/") for url in re.findall(r"://[^\"]+", row.images or ""))


def test_nobody_can_log_in_as_a_sample_user(sample):
    (password,) = set(db.session.scalars(sa.select(User.password)))
    assert re.fullmatch(r"\$2b\$04\$[./A-Za-z0-9]{53}", password)
    assert not bcrypt.checkpw(b"password", password.encode())


def test_reset_tokens_are_open_used_and_expired(sample):
    tokens = db.session.execute(
        sa.select(
            PasswordResetToken.token,
            PasswordResetToken.is_used,
            PasswordResetToken.expires_at,
        )
    ).all()
    assert all(re.fullmatch("[0-9a-f]{64}", token) for token, _, _ in tokens)
    states = Counter("used" if used else "open" if expires > NOW else "expired" for _, used, expires in tokens)
    assert states == {"open": 4, "used": 4, "expired": 4}


def test_bookings_lie_in_the_past_months_and_the_coming_ones(sample):
    for booking in db.session.scalars(sa.select(Booking)):
        assert NOW - dt.timedelta(days=182) <= booking.scheduled_at < NOW + dt.timedelta(days=91)
        assert booking.scheduled_at.minute % 15 == 0
        assert booking.scheduled_at.second == 0
        if booking.created_at:
            assert booking.created_at < booking.scheduled_at
            assert booking.created_at <= NOW


def test_statuses_are_believable(sample):
    past, coming = Counter(), Counter()
    for booking in db.session.scalars(sa.select(Booking)):
        (past if booking.scheduled_at < NOW else coming)[booking.status] += 1
    assert past[BookingStatus.COMPLETED] > 0.75 * past.total()
    assert 0 < past[BookingStatus.CONFIRMED] + past[BookingStatus.PENDING] < 0.1 * past.total()
    assert coming[BookingStatus.COMPLETED] == 0
    assert coming[BookingStatus.PENDING] and coming[BookingStatus.CONFIRMED] and coming[BookingStatus.CANCELLED]  # noqa: PT018


def test_nobody_books_before_they_or_the_service_were_there(sample):
    rows = db.session.execute(
        sa.select(Booking.created_at, User.created_at, Service.created_at)
        .join(User, User.id == Booking.customer_id)
        .join(Service, Service.id == Booking.service_id),
    )
    for booked, joined, opened in rows:
        assert None in (booked, joined) or joined <= booked
        assert None in (booked, opened) or opened <= booked


def test_bookings_mostly_keep_to_the_availability(sample):
    week = {
        service.id: readable_availability(service.availability)
        for service in db.session.scalars(sa.select(Service))
        if not availability_problems(service.availability)
    }
    held = [
        week[booking.service_id].covers(booking.scheduled_at, booking.ends_at)
        for booking in db.session.scalars(sa.select(Booking))
        if booking.service_id in week
    ]
    assert 0.9 < sum(held) / len(held) < 1


def test_amounts_are_mostly_the_price_of_the_service(sample):
    amounts = db.session.execute(
        sa.select(Booking.total_amount, Service.price).join(Service, Service.id == Booking.service_id),
    ).all()
    same = sum(amount == price for amount, price in amounts)
    assert 0.8 * len(amounts) < same < len(amounts)
    assert all(amount > 0 for amount, _ in amounts)


def test_there_are_several_currencies_each_with_prices_of_its_own(sample):
    prices = defaultdict(list)
    for currency, price in db.session.execute(sa.select(Service.currency, Service.price)):
        prices[currency].append(price)
    assert None in prices
    assert len(prices) > 12
    for currency in ("JPY", "KRW"):
        assert all(price == price.to_integral_value() and price >= Decimal(1_000) for price in prices[currency])


def test_confirmed_bookings_overlap_in_the_stated_share_only(sample):
    assert overlaps() == MANY // DOUBLE_BOOKED == 2


def overlaps() -> int:
    diaries = defaultdict(list)
    for booking in db.session.scalars(sa.select(Booking).where(Booking.status == "confirmed")):
        diaries[booking.provider_id].append((booking.scheduled_at, booking.ends_at))
    return sum(
        one[0] < other[1] and other[0] < one[1]
        for diary in diaries.values()
        for place, one in enumerate(diary)
        for other in diary[:place]
    )


@pytest.mark.parametrize("bookings", [0, 1, 499, 500, 20_000])
def test_the_share_of_double_bookings_holds_for_every_size(bookings):
    plan = Plan(bookings, 1, TODAY)
    assert sum(double_booked(numbers) for _, _, numbers in plan.workshops()) == bookings // DOUBLE_BOOKED
    assert sum(1 for _ in booking_rows(plan)) == bookings


def test_a_booking_for_which_there_is_no_room_is_a_cancelled_one(monkeypatch):
    monkeypatch.setattr(sample_bookings.Diary, "find", lambda *_, **__: None)
    assert {row.status for row in booking_rows(Plan(50, 1, TODAY))} == {"cancelled"}


def test_some_rows_are_malformed_and_most_are_not(sample):
    profiles = list(db.session.scalars(sa.select(User.profile)))
    weeks = list(db.session.scalars(sa.select(Service.availability)))
    images = list(db.session.scalars(sa.select(Service.images)))
    assert 7 <= sum(bool(profile_problems(profile)) for profile in profiles) <= 9
    assert {type(profile) for profile in profiles} >= {dict, list, str, type(None)}
    assert any("lastName" not in profile for profile in profiles if isinstance(profile, dict))
    assert sum(bool(availability_problems(week)) for week in weeks) == 7
    assert sum(bool(images_problems(urls)) for urls in images) == 3
    words = " ".join(problem for week in weeks for problem in availability_problems(week))
    assert "the start has to be before the end" in words
    assert "overlap" in words
    assert "caturday" in words


def test_text_that_is_no_json_is_stored_where_the_database_takes_it(app, sample):
    values = [*db.session.scalars(sa.select(User.profile)), *db.session.scalars(sa.select(Service.availability))]
    malformed = [value for value in values if isinstance(value, MalformedJSON)]
    assert len(malformed) == (2 if db.engine.dialect.name == "sqlite" else 0)


def test_columns_that_may_be_null_sometimes_are(sample):
    for column in (
        User.created_at,
        User.updated_at,
        Service.currency,
        Service.is_active,
        Service.created_at,
        Booking.created_at,
        Booking.notes,
        PasswordResetToken.is_used,
        PasswordResetToken.created_at,
    ):
        assert db.session.scalar(sa.select(sa.func.count()).where(column.is_(None))) > 0, column
    assert db.session.scalar(sa.select(sa.func.count()).where(Service.is_active.is_(False))) > 0


def test_every_identifier_proves_where_it_comes_from(sample):
    for model in TABLES:
        identifiers = list(db.session.scalars(sa.select(model.id)))
        assert all(is_sample_id(identifier) for identifier in identifiers)
        assert len(set(identifiers)) == len(identifiers)


def test_a_random_identifier_proves_nothing():
    assert not any(is_sample_id(uuid.uuid4()) for _ in range(1_000))
    assert (sample_id("1/user/0").version, sample_id("1/user/0").variant) == (4, uuid.RFC_4122)


def test_a_load_that_is_ended_midway_leaves_nothing(app):
    def end(rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(100, 1, TODAY, end)
    assert not any(stored().values())


def test_loading_refuses_tables_that_were_filled_in_the_meantime(sample):
    before = stored()
    with pytest.raises(NotAllowedNow, match="in the meantime"):
        load(100, 1, TODAY)
    assert stored() == before


def test_the_progress_adds_up_to_all_rows(app):
    steps = []
    load(100, 1, TODAY, steps.append)
    assert sum(steps) == planned(100, 1, TODAY)


def test_the_command_fills_an_empty_database_and_says_what_it_made(app):
    result = run("--bookings", "80", "--seed", "3")
    assert (result.exit_code, result.output) == (
        0,
        "Made 60 users, 40 services, 80 bookings and 12 reset tokens.\n",
    )
    assert abs(max(db.session.scalars(sa.select(User.created_at).where(User.created_at.isnot(None)))) - utcnow()) < (
        dt.timedelta(days=260)
    )


def test_a_second_run_changes_nothing_and_says_so(app):
    run("--bookings", "80")
    before = stored()
    result = run("--bookings", "500", "--seed", "9")
    assert result.exit_code == 0
    assert result.output.startswith("Sample data is already there: 60 users, 40 services, 80 bookings and 12 reset")
    assert result.output.endswith("Nothing was changed.\n")
    assert stored() == before


def test_a_booking_that_staff_added_to_sample_data_does_not_make_it_foreign(sample):
    service = db.session.scalars(sa.select(Service)).first()
    customer = db.session.scalars(sa.select(User).where(User.role == "customer")).first()
    db.session.add(
        Booking(
            service_id=service.id,
            provider_id=service.provider_id,
            customer_id=customer.id,
            status="pending",
            scheduled_at=NOW,
            duration=60,
            total_amount=Decimal(10),
        )
    )
    db.session.commit()
    assert found().bookings == MANY + 1


@pytest.mark.parametrize("with_sample_data", [False, True])
def test_foreign_data_is_refused_and_left_as_it_was(app, with_sample_data):
    if with_sample_data:
        load(0, 1, TODAY)
    UserFactory()
    before = stored()
    result = run("--bookings", "80")
    assert result.exit_code == 1
    assert "This database holds data that sample data did not make (" in result.output
    assert "Traceback" not in result.output
    assert stored() == before


@pytest.mark.parametrize("factory", [UserFactory, PasswordResetTokenFactory])
def test_a_single_foreign_row_is_enough(app, factory):
    factory()
    assert run().exit_code == 1


@pytest.mark.parametrize("arguments", [("--bookings", "-1"), ("--bookings", "5000001"), ("--seed", "one")])
def test_the_command_refuses_numbers_it_cannot_use(app, arguments):
    assert run(*arguments).exit_code == 2


def test_memory_does_not_grow_with_the_number_of_rows():
    make_all(Plan(10_000, 1, TODAY))  # The names drawn from Faker and the like are kept from then on.
    assert peak(10_000) < 2 * peak(2_000)


def make_all(plan: Plan) -> None:
    for make in (user_rows, service_rows, booking_rows, token_rows):
        deque(make(plan), maxlen=0)


def peak(bookings: int) -> int:
    """Return the most bytes that making so many bookings held at a time."""
    gc.collect()
    tracemalloc.start()
    try:
        make_all(Plan(bookings, 1, TODAY))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_catalogue_is_complete():
    assert set(RANGES) == set(CATEGORIES)
    assert set(TITLES) == set(DESCRIPTIONS) == set(NOTES) == {city.language for city in CITIES}
    for language, text in TITLES.items():
        assert len(re.findall(r"[|\n]", text)) == 2 * len(CATEGORIES) + 1, language
    longest = max(len(city.name) for city in CITIES) + 3
    assert all(
        0 < len(title) <= 100 - longest
        for language in TITLES
        for category in CATEGORIES
        for title in titles(language, category)
    )
