"""How moments, money and states are written: in the viewer's zone, with the currency, never a bare UUID."""

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask import Flask
from flask_babel import get_locale
from flask_login import current_user

from marketplace.database import MalformedJSON
from marketplace.extensions import babel, settings
from marketplace.web.locales import moment_pattern, viewer_locale


def init_formats(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "en_GB"
    babel.init_app(app, timezone_selector=viewer_zone_name)
    app.jinja_env.filters.update(
        moment=moment,
        day=day,
        clock=clock,
        money=money,
        json=json_text,
        recorded=recorded,
        numberformat=number,
    )
    app.extensions["write_moment"] = moment  # For marketplace.words, which lies below.
    app.jinja_env.globals.update(viewer_zone=viewer_zone_name, page_language=page_language)


def page_language() -> str:
    """Return the tag of the language that pages are written in: `en-GB`."""
    return str(get_locale()).replace("_", "-")


def viewer_zone_name() -> str:
    """Return the name of the time zone in which the viewer reads and types times."""
    member = current_user.member if current_user and current_user.is_authenticated else None
    return member.timezone if member and member.timezone else settings().timezone


def viewer_zone() -> ZoneInfo:
    return ZoneInfo(viewer_zone_name())


def moment(value: dt.datetime | None) -> str:
    """Write a moment as date and time of day in the viewer's zone."""
    return moment_writer()(value)


def moment_writer() -> Callable[[dt.datetime | None], str]:
    """Return what writes moments for the viewer of this page."""
    write = moment_parts_writer()
    return lambda value: "" if value is None else " ".join(write(value))


def moment_parts_writer() -> Callable[[dt.datetime], tuple[str, str]]:
    """Return what writes moments for the viewer of this page in two parts, which may stand on two lines."""
    zone, parts = viewer_zone(), moment_pattern(viewer_locale()).parts

    def write(value: dt.datetime) -> tuple[str, str]:
        try:
            there = value.astimezone(zone)
        except OverflowError:  # The first and the last day there is have no such time in every zone.
            return f"{value:%Y-%m-%d}", f"{value:%H:%M} UTC"
        return parts(there)

    return write


def day(value: dt.datetime | dt.date | None) -> str:
    """Write a day, or the day of a moment in the viewer's zone, with the day of the week."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return _write_day(dt.datetime.combine(value, dt.time(12)), viewer_locale())
    return _in_zone(value, _write_day, "%Y-%m-%d UTC")


def clock(value: dt.datetime | None) -> str:
    """Write the time of day of a moment in the viewer's zone."""
    return _in_zone(value, lambda there, locale: format_time(there.time(), "short", locale=locale), "%H:%M UTC")


def _write_day(there: dt.datetime, locale: Locale) -> str:
    if "yMMMEd" in locale.datetime_skeletons:
        return format_skeleton("yMMMEd", there, locale=locale)
    return format_date(there, "medium", locale=locale)


def _in_zone(value: dt.datetime | None, write: Callable[[dt.datetime, Locale], str], pattern: str) -> str:
    if value is None:
        return ""
    try:
        return write(value.astimezone(viewer_zone()), viewer_locale())
    except OverflowError:  # The first and the last day there is have no such time in every zone.
        return value.strftime(pattern)


def number(value: float | Decimal) -> str:
    """Write a number, its thousands and fractions parted as the viewer is used to."""
    return format_decimal(value, locale=viewer_locale())


def money(amount: Decimal | None, currency: str | None) -> str:
    """Write an amount with its currency; a currency that is missing or unknown is named as such."""
    return money_writer()(amount, currency)


def money_writer() -> Callable[[Decimal | None, str | None], str]:
    """Return what writes amounts for the viewer of this page."""
    locale = str(viewer_locale())

    def write(amount: Decimal | None, currency: str | None) -> str:
        if amount is None:
            return ""
        if not currency:
            return f"{_two_places(amount, locale)} (no currency)"
        return _in_currency(amount, currency.upper(), locale)

    return write


@lru_cache(maxsize=10_000)
def _in_currency(amount: Decimal, code: str, locale: str) -> str:
    digits = max(get_currency_precision(code), 0)
    # A yen has no cents, but what another program stored with cents is shown as stored.
    if amount != amount.quantize(Decimal(1).scaleb(-digits)):
        return f"{_two_places(amount, locale)} {code}"
    return _spaced(format_currency(amount, code, locale=locale))


def _two_places(amount: Decimal, locale: str) -> str:
    return format_decimal(amount, "#,##0.00", locale=locale) if amount.is_finite() else str(amount)


def _spaced(text: str) -> str:
    """Set a code of letters off from the figure behind it: `PLN 75.00`."""
    return re.sub(r"(?<=[A-Z]{3})(?=\d)", "\N{NO-BREAK SPACE}", text)


def plain(value: Any) -> str:
    """Write any value for a details page or an audit entry."""
    if value is None:
        return "—"
    if isinstance(value, dt.datetime):
        return moment(value)
    return str(value)


def json_text(stored: Any) -> str:
    """Write a stored JSON value for people: indented, in its own script; text that is no JSON as it is."""
    return writable(stored if isinstance(stored, MalformedJSON) else json.dumps(stored, indent=2, ensure_ascii=False))


def recorded(value: Any) -> str:
    """Write a value of an audit entry, which holds moments as ISO 8601 text."""
    if not isinstance(value, str):
        return "—" if value is None else json_text(value)
    if len(value) < len("2026-01-31T10:00:00"):
        return writable(value) or "“”"
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return writable(value)
    return moment(found) if found.tzinfo else value


def writable(text: str) -> str:
    """Replace halves of surrogate pairs, which stored JSON may hold and no page can be encoded with."""
    return text.encode("utf-8", "backslashreplace").decode()
