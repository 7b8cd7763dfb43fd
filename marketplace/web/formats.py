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
from babel.dates import get_month_names
from babel.numbers import format_currency, get_currency_precision
from flask import Flask
from flask_babel import format_date, format_time, get_locale
from flask_login import current_user

from marketplace.database import MalformedJSON
from marketplace.extensions import babel, settings


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
    )
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
    """Return what writes moments for the viewer of this page, as Babel's pattern `d MMM y, HH:mm` does but at once."""
    zone, months = viewer_zone(), _months(get_locale())

    def write(value: dt.datetime | None) -> str:
        if value is None:
            return ""
        try:
            there = value.astimezone(zone)
        except OverflowError:  # The first and the last day there is have no such time in every zone.
            return f"{value:%Y-%m-%d %H:%M} UTC"
        return f"{there.day} {months[there.month]} {there.year}, {there.hour:02}:{there.minute:02}"

    return write


@lru_cache(maxsize=100)
def _months(locale: Locale) -> dict[int, str]:
    return dict(get_month_names("abbreviated", locale=locale))


def day(value: dt.datetime | None) -> str:
    return _in_zone(value, lambda moment: format_date(moment, "EEE d MMM y"), "%Y-%m-%d UTC")


def clock(value: dt.datetime | None) -> str:
    return _in_zone(value, lambda moment: format_time(moment, "HH:mm"), "%H:%M UTC")


def _in_zone(value: dt.datetime | None, write: Callable[[dt.datetime], str], pattern: str) -> str:
    if value is None:
        return ""
    try:
        return str(write(value))
    except OverflowError:  # The first and the last day there is have no such time in every zone.
        return value.strftime(pattern)


def money(amount: Decimal | None, currency: str | None) -> str:
    """Write an amount with its currency; a currency that is missing or unknown is named as such."""
    return money_writer()(amount, currency)


def money_writer() -> Callable[[Decimal | None, str | None], str]:
    """Return what writes amounts for the viewer of this page."""
    locale = str(get_locale())

    def write(amount: Decimal | None, currency: str | None) -> str:
        if amount is None:
            return ""
        if not currency:
            return f"{amount:,.2f} (no currency)"
        return _in_currency(amount, currency.upper(), locale)

    return write


@lru_cache(maxsize=10_000)
def _in_currency(amount: Decimal, code: str, locale: str) -> str:
    digits = max(get_currency_precision(code), 0)
    # A yen has no cents, but what another program stored with cents is shown as stored.
    if amount != amount.quantize(Decimal(1).scaleb(-digits)):
        return f"{amount:,.2f} {code}"
    return _spaced(format_currency(amount, code, locale=locale))


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
