"""How moments, money and states are written: in the viewer's zone, with the currency, never a bare UUID."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency, get_currency_precision
from flask import Flask
from flask_babel import format_date, format_datetime, format_time, get_locale
from flask_login import current_user

from marketplace.extensions import babel, settings


def init_formats(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "en_GB"
    babel.init_app(app, timezone_selector=viewer_zone_name)
    app.jinja_env.filters.update(moment=moment, day=day, clock=clock, money=money)
    app.jinja_env.globals["viewer_zone"] = viewer_zone_name


def viewer_zone_name() -> str:
    """Return the name of the time zone in which the viewer reads and types times."""
    member = current_user.member if current_user and current_user.is_authenticated else None
    return member.timezone if member and member.timezone else settings().timezone


def viewer_zone() -> ZoneInfo:
    return ZoneInfo(viewer_zone_name())


def moment(value: dt.datetime | None) -> str:
    """Write a moment as date and time of day in the viewer's zone."""
    return format_datetime(value, "d MMM y, HH:mm") if value else ""


def day(value: dt.datetime | None) -> str:
    return format_date(value, "EEE d MMM y") if value else ""


def clock(value: dt.datetime | None) -> str:
    return format_time(value, "HH:mm") if value else ""


def money(amount: Decimal | None, currency: str | None) -> str:
    """Write an amount with its currency; a currency that is missing or unknown is named as such."""
    if amount is None:
        return ""
    if not currency:
        return f"{amount:,.2f} (no currency)"
    code = currency.upper()
    digits = max(get_currency_precision(code), 0)
    # A yen has no cents, but what another program stored with cents is shown as stored.
    exact = amount == amount.quantize(Decimal(1).scaleb(-digits))
    return (
        format_currency(amount, code, locale=get_locale(), currency_digits=exact, format_type="standard")
        if exact
        else f"{amount:,.2f} {code}"
    )


def plain(value: Any) -> str:
    """Write any value for a details page or an audit entry."""
    if value is None:
        return "—"
    if isinstance(value, dt.datetime):
        return moment(value)
    return str(value)
