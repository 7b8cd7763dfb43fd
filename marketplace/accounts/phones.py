"""Telephone numbers: read as people write them, kept and shown in international form."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from marketplace.words import gettext as _


def international(text: str, *, region: str) -> str:
    """Return the number in `text` in international form, its extension behind it: `+44 20 7946 0123`.

    :param region: the country whose numbers are written without a `+`, such as `GB`; empty: there is none.
    :raises ValueError: with a sentence, when it is no number of any country, or of no known one.
    """
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as failure:
        if failure.error_type == NumberParseException.INVALID_COUNTRY_CODE and "+" not in text:
            raise ValueError(_("Begin with + and the code of the country, such as +44.")) from None
        raise ValueError(_("This is not a telephone number.")) from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError(_("No country has a telephone number such as this. Is a digit missing or too many?"))
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


def shown(stored: str, *, region: str) -> tuple[str, str | None]:
    """Return a stored number as it is shown, and what is wrong about it, which then stands as it is stored."""
    try:
        return international(stored, region=region), None
    except ValueError as failure:
        return stored, str(failure)
