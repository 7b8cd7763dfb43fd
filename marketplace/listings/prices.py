"""What listings of a category usually cost, currency by currency."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.listings.models import Service

FEWEST_LISTINGS = 20
"""Listings of one category in one currency from which on there is something usual: a quarter of them is five."""

REACH = 1.5
"""How far beyond the middle half a price is far: as many times its width, on a scale of ratios (Tukey's fences)."""

NARROWEST = 1.5
"""The ratio that the middle half is taken to span at least, lest where all cost the same a cent more is far."""

DEAREST = Decimal("99999999.99")
"""Of Numeric(10, 2). NaN, which PostgreSQL takes for a price, is beyond it."""


@dataclass(frozen=True)
class UsualRange:
    """The middle half of the prices of a category's listings in one currency."""

    lower: Decimal
    """The quartile a quarter of the prices does not exceed."""
    upper: Decimal
    listings: int

    def is_far(self, price: Decimal) -> bool:
        """Whether `price` is far below or above what is usual."""
        if not price.is_finite():
            return True
        beyond = max(float(self.upper / self.lower), NARROWEST) ** REACH
        return not float(self.lower) / beyond <= float(price) <= float(self.upper) * beyond


Ranges = Mapping[tuple[str, str], UsualRange]
"""Category and currency, the latter in capitals, to what is usual there."""


def usual_ranges(session: Session, categories: Collection[str] | None = None) -> Ranges:
    """Return what is usual in `categories`, by default in all; nothing where there are fewer than FEWEST_LISTINGS.

    Listings that are switched off do not count, nor do those without a currency. One statement: by percentile_disc on
    PostgreSQL, by row numbers where that is missing; both take the same rows.
    """
    listed = sa.select(Service.category, sa.func.upper(sa.func.trim(Service.currency)).label("currency"), Service.price)
    listed = listed.where(
        Service.is_active.is_not(False), Service.currency.is_not(None), Service.price.between(Decimal("0.01"), DEAREST)
    )
    if categories is not None:
        listed = listed.where(Service.category.in_(categories))
    quartiles = _by_percentiles if session.get_bind().dialect.name == "postgresql" else _by_row_numbers
    return {
        (category, currency): UsualRange(Decimal(lower), Decimal(upper), listings)
        for category, currency, listings, lower, upper in session.execute(quartiles(listed.subquery("listed")))
    }


def _by_percentiles(listed: sa.Subquery) -> sa.Select[Any]:
    group = listed.c.category, listed.c.currency
    lower, upper = (sa.func.percentile_disc(share).within_group(listed.c.price) for share in (0.25, 0.75))
    number = sa.func.count()
    return sa.select(*group, number, lower, upper).group_by(*group).having(number >= FEWEST_LISTINGS)


def _by_row_numbers(listed: sa.Subquery) -> sa.Select[Any]:
    group = listed.c.category, listed.c.currency
    place = sa.func.row_number().over(partition_by=group, order_by=listed.c.price)
    number = sa.func.count().over(partition_by=group)
    placed = sa.select(*group, listed.c.price, place.label("place"), number.label("number")).subquery("placed")
    # The first price that so many quarters of all do not exceed: the number of it, rounded up.
    lower, upper = (
        sa.func.max(sa.case((placed.c.place == (placed.c.number * quarters + 3) // 4, placed.c.price)))
        for quarters in (1, 3)
    )
    return (
        sa.select(placed.c.category, placed.c.currency, placed.c.number, lower, upper)
        .where(placed.c.number >= FEWEST_LISTINGS)
        .group_by(placed.c.category, placed.c.currency, placed.c.number)
    )
