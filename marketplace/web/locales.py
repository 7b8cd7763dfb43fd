"""How dates, times, numbers and money are written where the viewer comes from, whatever language the texts are in."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import DateTimePattern, parse_pattern, tokenize_pattern
from babel.localedata import locale_identifiers
from flask_login import current_user

from marketplace.extensions import settings


def viewer_locale() -> Locale:
    """Return the locale in which the viewer reads dates, times, numbers and money."""
    member = current_user.member if current_user and current_user.is_authenticated else None
    chosen = _locale(member.locale) if member and member.locale else None
    return chosen or _locale(settings().locale) or Locale("en")


@lru_cache(1)
def locale_choices() -> list[tuple[str, str]]:
    """Return every locale that is known, with its name in English, by that name."""
    return sorted(((name, locale_words(name)) for name in locale_identifiers()), key=lambda choice: choice[1])


def locale_words(name: str) -> str:
    """Return the name of a locale in English: `English (United Kingdom)`."""
    return Locale.parse(name).get_display_name("en") or name


@dataclass(frozen=True)
class MomentWriter:
    """Writes moments as a locale does: its date of medium length, and hours and minutes."""

    first: Callable[[dt.datetime], str]
    second: Callable[[dt.datetime], str]

    def parts(self, moment: dt.datetime) -> tuple[str, str]:
        """Return what a line may be broken between: mostly the date with its comma, and the time of day."""
        return self.first(moment), self.second(moment)


@lru_cache(256)
def moment_pattern(locale: Locale) -> MomentWriter:
    """Return what writes moments, which are in the viewer's zone already, as `locale` does."""
    date, clock = locale.date_formats["medium"], locale.time_formats["short"]
    glue = str(locale.datetime_formats["medium"]).replace("'", "")
    found = re.fullmatch(r"(.*?)\{([01])\}(.*)\{[01]\}(.*)", glue)
    if found is None:
        raise ValueError(f"{locale} puts date and time together as {glue}")
    before, first, between, behind = found.groups()
    closing, _blank, opening = between.rpartition(" ")
    halves = (clock, date) if first == "0" else (date, clock)
    return MomentWriter(
        _filled(halves[0], locale, before, closing.rstrip()), _filled(halves[1], locale, opening, behind)
    )


@lru_cache(256)
def _locale(name: str) -> Locale | None:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):  # An earlier version of Babel knew it.
        return None


FIELDS = {
    "y": "{0.year}",
    "d": "{0.day}",
    "dd": "{0.day:02}",
    "M": "{0.month}",
    "MM": "{0.month:02}",
    "MMM": "{1}",
    "H": "{0.hour}",
    "HH": "{0.hour:02}",
    "h": "{2}",
    "hh": "{2:02}",
    "m": "{0.minute}",
    "mm": "{0.minute:02}",
    "a": "{3}",
}
"""A field of a pattern in the words of `str.format`, given a moment, its month's name, hour of twelve, and half day."""


def _filled(pattern: DateTimePattern, locale: Locale, before: str, behind: str) -> Callable[[dt.datetime], str]:
    """Return what writes `pattern` between two texts: at once, for Babel looks up each field anew each time."""
    template = _template(pattern.pattern)
    if template is None:  # Some locales name the era, or the part of the day.
        return lambda moment: f"{before}{pattern.apply(moment, locale)}{behind}"
    whole = _literal(before) + template + _literal(behind)
    months = locale.months["format"]["abbreviated"]
    halves = [parse_pattern("a").apply(dt.time(hour), locale) for hour in (9, 15)]

    def write(moment: dt.datetime) -> str:
        return whole.format(moment, months[moment.month], moment.hour % 12 or 12, halves[moment.hour // 12])

    return write


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _template(pattern: str) -> str | None:
    written = []
    for _kind, value in tokenize_pattern(pattern):
        if isinstance(value, str):
            written.append(_literal(value))
            continue
        letter, times = value
        field = letter * times
        if field not in FIELDS:
            return None
        written.append(FIELDS[field])
    return "".join(written)
