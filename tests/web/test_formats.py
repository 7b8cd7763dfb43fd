"""How money is written."""

from decimal import Decimal

import pytest

from marketplace.web.formats import money


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("40.00", "EUR", "€40.00"),
        ("1234.50", "eur", "€1,234.50"),
        ("75.00", "PLN", "PLN 75.00"),
        ("11000.00", "JPY", "JP¥11,000"),
        ("11000.50", "JPY", "11,000.50 JPY"),
        ("5.00", None, "5.00 (no currency)"),
        ("5.00", "???", "???5.00"),
    ],
)
def test_an_amount_is_written_with_its_currency(app, amount, currency, written):
    with app.test_request_context():
        assert money(Decimal(amount), currency).replace("\N{NO-BREAK SPACE}", " ") == written
