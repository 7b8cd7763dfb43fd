"""Figures that are no phone numbers: times, dates, registrations and amounts, each known by what stands around it."""

import re

FEWEST_DIGITS, MOST_DIGITS = 7, 15
"""Of a phone number."""

_CLOCK = r"\d{1,2}\s?(?:[.:h]\s?[0-5]\d|h|uhr)"
_COLON_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d{2}"
_DASH = r"\s?(?:[-–—/]|bis|to|à|a|do|до)\s?"
TIMES = (
    re.compile(rf"(?<![\d+]){_CLOCK}{_DASH}{_CLOCK}(?!\d)", re.IGNORECASE),
    re.compile(rf"(?<![\d+:]){_COLON_CLOCK}(?:\s{{1,3}}{_COLON_CLOCK}){{1,9}}(?![\d:])"),
    re.compile(rf"(?<![\d+.:/-])(?:{_DAY}[./-]{_MONTH}[./-]{_YEAR}|{_YEAR}[./-]{_MONTH}[./-]{_DAY})(?![\d/-])"),
    re.compile(rf"(?<![\d+.:/ -]){_YEAR}{_DASH}{_YEAR}(?![\d/-])"),
)
"""Times, dates and spans of years, in this order."""


def _of_length(names: str, *lengths: int) -> str:
    """Return the pattern of a registration that has as many digits as one of `lengths`, the longest tried first."""
    digits = "|".join(rf"\d(?:[ \-./]?\d){{{length - 1}}}" for length in sorted(lengths, reverse=True))
    return (
        rf"\b(?:{names})[\s.:#№-]{{0,4}}(?:(?:no|nr|num|№)[\s.:]{{0,3}})?[A-Z]{{0,2}}[ \-]?(?:{digits})(?!\d|[\-./]\d)"
    )


REGISTRATIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _of_length("NIP|KRS", 10),
        _of_length("REGON", 9, 14),
        _of_length("PESEL", 11),
        _of_length("SIRET|SIREN|RCS", 9, 14),
        _of_length("ISBN|EAN", 8, 10, 13),
        _of_length(r"USt\W?Id\w{0,3}|VAT", 8, 9, 10, 11, 12),
        _of_length(r"Steuernummer|St\W{0,2}Nr", 10, 11, 12, 13),
        _of_length("CIF|NIF", 7, 8, 9),
        _of_length("ЄДРПОУ", 8),
        _of_length("ІПН", 10, 12),
        _of_length("HRB", 4, 5, 6),
        r"\bIBAN[\s.:#№-]{0,4}(?:[A-Z]{2}\d\d)?(?:[ -]?[A-Z\d]{4}){2,7}(?:[ -]?[A-Z\d]{1,3})?(?![A-Z\d])",
        r"\bGST\w{0,2}[\s.:#№-]{0,4}(?:(?:no|nr|num|№)[\s.:]{0,3})?\d{2}[A-Z\d]{10,13}(?![A-Z\d])",
    )
)
"""Each no longer than it is, so that a number behind it stays."""

_UNIT = (
    r"€|\$|£|¥|₴|₹|₽|₺|₩|₪|%|°|m²|(?:zł\w*|zl|pln|eur|euros?|usd|chf|uah|грн|гривень|гривні|грн\.|inr|rs|rupees?"
    r"|रुपये|रु|元|块|円|درهم|ريال|جنيه|kr|pesos|dollars?|dolar\w*|km|kg|m|cm|mm|qm|m2|км|см|мм|кг|м)(?!\w)"
)
_MONEY = r"[€$£¥₴₹]|\b(?:Rs\.?|EUR|USD|INR|UAH|PLN|CHF|GBP)"
_RUN = r"\d(?:[ .,'’/()–-]{0,2}\d){0,24}"
"""Digits with what may stand between those of an amount or of a phone number."""

_RUN_STARTS = r"(?<!\d)(?<!\d[ .,'’/()–-])(?<!\d[ .,'’/()–-]{2})"
BEFORE_UNIT = re.compile(rf"{_RUN_STARTS}(?P<plus>\+?)(?P<run>{_RUN})\s?(?:{_UNIT})", re.IGNORECASE)
BEHIND_MONEY = re.compile(rf"(?:{_MONEY})\s?(?P<plus>\+?)(?P<run>{_RUN})(?!\d)", re.IGNORECASE)

_AMOUNT = (
    r"(?:[1-9]\d{0,5}|[1-9]\d{0,2}[ .,'’]\d{3}|[1-9]\d?(?:[ .,'’]\d{3}){2}|[1-9]\d?(?:,\d{2}){1,3},\d{3}|0)"
    r"(?:[.,]\d{1,2})?"
)
AMOUNTS = re.compile(rf"{_AMOUNT}(?:\s?[-–]\s?{_AMOUNT}|(?:\s?/\s?{_AMOUNT}){{1,4}})?")
"""An amount, from one to another, or some to choose from; none is as long as a phone number with its area."""

LISTS = re.compile(r"[1-9]\d?(?:[ ,/]{1,2}[1-9]\d?){2,}")
"""Sizes and the like: `38 40 42 44 €20`."""

FIRST_GROUP = re.compile(r"\d+(?:[.,]\d{1,2})?(?:[ /()–-]{1,2}|$)")


def without_figures(text: str, cue: re.Pattern[str]) -> str:
    """Return `text` with a new line in place of each figure that is no phone number.

    An amount is taken out where all the digits before a unit, or behind a currency, are one: `0176 123 456 €40` is a
    number and a price.

    :param cue: what says that a number for a phone follows, up to the end; nothing as long as one is an amount then.
    """
    for pattern in (*TIMES, *REGISTRATIONS):
        text = pattern.sub("\n", text)
    text = BEFORE_UNIT.sub(lambda found: _before_unit(found, cue), text)
    return BEHIND_MONEY.sub(_behind_money, text)


def _before_unit(found: re.Match[str], cue: re.Pattern[str]) -> str:
    is_cued = digits_in(found["run"]) >= FEWEST_DIGITS and is_behind(cue, found)
    return f"{found['plus']}{found['run']}\n" if is_cued or not _is_amount(found) else "\n"


def _behind_money(found: re.Match[str]) -> str:
    if _is_amount(found):
        return "\n"
    price = FIRST_GROUP.match(found["run"])
    rest = found["run"][price.end() :] if price else ""
    # `€30 612 345 678`: as much as is a number behind the price. `€ 612 345 678` is all number.
    return f"\n{rest if digits_in(rest) >= FEWEST_DIGITS and not found['plus'] else found['plus'] + found['run']}"


def _is_amount(found: re.Match[str]) -> bool:
    is_short = digits_in(found["run"]) < FEWEST_DIGITS
    is_figures = AMOUNTS.fullmatch(found["run"]) or LISTS.fullmatch(found["run"])
    return is_short or (not found["plus"] and is_figures is not None)


def is_behind(cue: re.Pattern[str], found: re.Match[str]) -> bool:
    """Whether `cue` matches just before what was found."""
    return cue.search(found.string, max(0, found.start() - 60), found.start()) is not None


def digits_in(text: str) -> int:
    """Return how many digits there are in `text`."""
    return sum(character.isdigit() for character in text)
