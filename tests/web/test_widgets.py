"""How fields are written: to the letter as WTForms writes them."""

import wtforms.widgets
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from marketplace.web.widgets import attributes

NAMES = st.text(st.sampled_from("abdilrt_-<>\"'& "), min_size=1, max_size=12)
VALUES = st.one_of(st.booleans(), st.integers(), st.text(), st.text().map(Markup), st.none())


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_attributes_are_what_wtforms_writes(given_ones):
    assert attributes(**given_ones) == wtforms.widgets.html_params(**given_ones)


def test_fields_are_written_by_our_function(app):
    assert wtforms.widgets.html_params is not attributes
    assert wtforms.widgets.core.html_params is attributes
    assert wtforms.widgets.TextInput().html_params is attributes
