"""The evidence of signals in words, in the reader's language and money."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from marketplace.listings.contacts import ContactKind
from marketplace.listings.models import SignalKind
from marketplace.listings.signals import Signal
from marketplace.web.formats import money, number
from marketplace.words import gettext as _


def evidence_of(signal: Signal) -> str:
    """Return a sentence that names what was found."""
    try:
        return WRITERS[signal.kind](signal.facts)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return _("What was found was noted in a way that cannot be read any more.")


def _contact(facts: Mapping[str, Any]) -> str:
    labels = {
        ContactKind.EMAIL: _("e-mail address"),
        ContactKind.PHONE: _("phone number"),
        ContactKind.LINK: _("link"),
        ContactKind.MESSENGER: _("messenger"),
    }
    found = []
    for each in facts["found"]:
        is_clear = not each["means"] or bare(each["means"]) == bare(each["text"])
        text = each["text"] if is_clear else f"{each['text']} ({each['means']})"
        found.append(f"{labels[ContactKind(each['kind'])]} “{text}”")
    told = [_("In the text: %(found)s.", found=", ".join(found))] if found else []
    if facts.get("read"):
        told.append(_("Only the first %(read)s characters were read: the text goes on.", read=number(facts["read"])))
    return " ".join(told)


def bare(text: str) -> str:
    """Return a text without what only makes it easier to read, as the blanks of a phone number do."""
    return re.sub(r"[\s()./-]", "", text)


def _price(facts: Mapping[str, Any]) -> str:
    price, lower, upper = (Decimal(facts[name]) for name in ("price", "lower", "upper"))
    currency = facts["currency"]
    values = {
        "price": money(price, currency),
        "category": facts["category"],
        "lower": money(lower, currency),
        "upper": money(upper, currency),
        "listings": facts["listings"],
    }
    if price.is_finite() and price < lower:
        return _(
            "%(price)s is far below what is usual in %(category)s: "
            "half of %(listings)s listings cost %(lower)s to %(upper)s.",
            **values,
        )
    return _(
        "%(price)s is far above what is usual in %(category)s: "
        "half of %(listings)s listings cost %(lower)s to %(upper)s.",
        **values,
    )


def _duplicate(facts: Mapping[str, Any]) -> str:
    told = []
    for each in facts["listings"]:
        if each["is_own"]:
            sentence = _("%(percent)s %% the same as “%(title)s” by this provider", **_of(each))
        elif each["provider"]:
            sentence = _("%(percent)s %% the same as “%(title)s” by %(provider)s", **_of(each))
        else:
            sentence = _("%(percent)s %% the same as “%(title)s” by an unknown provider", **_of(each))
        told.append(sentence)
    more = facts["count"] - len(told)
    return "; ".join([*told, *([_("%(more)s more", more=more)] if more else [])]) + "."


def _of(listing: Mapping[str, Any]) -> dict[str, Any]:
    return {name: listing[name] for name in ("percent", "title", "provider")}


def _shouting(facts: Mapping[str, Any]) -> str:
    told = []
    if facts["capitals"]:
        told.append(_("%(capitals)s %% of the title's letters are capitals.", capitals=facts["capitals"]))
    if facts.get("capitals_of_text"):
        told.append(_("%(capitals)s %% of the description's letters are capitals.", capitals=facts["capitals_of_text"]))
    if facts["marks"]:
        told.append(_("%(marks)s exclamation marks in a row.", marks=facts["marks"]))
    return " ".join(told)


def _availability(facts: Mapping[str, Any]) -> str:
    if not facts["problems"]:
        return _("There is no time in the week at which it can be booked.")
    return _("The availability is malformed: %(problems)s.", problems="; ".join(facts["problems"]))


def _images(facts: Mapping[str, Any]) -> str:
    if not facts["problems"]:
        return _("There is no image.")
    return _("The images are malformed: %(problems)s.", problems="; ".join(facts["problems"]))


def _provider(facts: Mapping[str, Any]) -> str:
    return _("Listings of this provider that were taken down before: %(count)s.", count=facts["taken_down"])


WRITERS: Mapping[SignalKind, Callable[[Mapping[str, Any]], str]] = {
    SignalKind.CONTACT: _contact,
    SignalKind.PRICE: _price,
    SignalKind.DUPLICATE: _duplicate,
    SignalKind.SHOUTING: _shouting,
    SignalKind.AVAILABILITY: _availability,
    SignalKind.IMAGES: _images,
    SignalKind.PROVIDER: _provider,
}
