"""What the page of a review shows of what changed: texts, images, values; and which images."""

import re
from pathlib import Path

import pytest

from marketplace.listings.images import MOST_IMAGES, MOST_NEW, shown_images
from tests.factories import ServiceFactory
from tests.listings.test_review_screen import decide, edit_behind_our_back, page_of


def images(*numbers):
    return [f"https://images.example/{number}.jpg" for number in numbers]


def changed_on(page):
    """Return label to HTML of each difference that the page shows."""
    [section] = re.findall(r'<section class="panel differences".*?</section>', page, re.DOTALL)
    return dict(re.findall(r"<dt>(.*?)</dt>\s*<dd dir=\"auto\">(.*?)</dd>", section, re.DOTALL))


def approved(browser, **values):
    service = ServiceFactory(**values)
    assert decide(browser, service, "approval").status_code == 302
    return service


def test_a_text_that_differs_too_much_is_shown_whole_and_the_page_says_so(app, operations):
    service = approved(operations, description="a b " * 10_000)
    edit_behind_our_back(service, description="b b a " * 7_000)
    page = page_of(operations, service)
    assert "Too much differs to be compared word by word" in page
    assert page.count("<del>") == page.count("<ins>") == 1
    edit_behind_our_back(service, description="a b " * 9_000)
    assert "Too much differs" not in page_of(operations, service)


def test_a_category_is_told_whole_not_word_by_word(app, operations):
    service = approved(operations, category="music")
    edit_behind_our_back(service, category="cleaning")
    told = changed_on(page_of(operations, service))["Category"]
    assert re.sub("<[^>]+>", "", told) == "music → cleaning"


def test_images_that_went_and_came_are_told_one_by_one(app, operations):
    service = approved(operations, images=images(1, 2, 3))
    edit_behind_our_back(service, images=images(1, 3, 4))
    told = changed_on(page_of(operations, service))["Images"]
    assert told == "<del>https://images.example/2.jpg</del><br><ins>https://images.example/4.jpg</ins>"
    edit_behind_our_back(service, images=[])
    told = changed_on(page_of(operations, service))["Images"]
    assert told.endswith('<del>https://images.example/3.jpg</del> <span aria-hidden="true">→</span> none')
    assert "<ins>" not in told


def test_the_page_says_how_many_images_it_does_not_show_and_shows_the_new_ones(app, operations):
    service = ServiceFactory(images=images(*range(1, 13)))
    page = page_of(operations, service)
    assert page.count("<img src") == MOST_IMAGES
    assert "4 more images are not shown." in page
    decide(operations, service, "approval", page)
    edit_behind_our_back(service, images=images(*range(1, 10), "new", 11, 12))
    page = page_of(operations, service)
    assert '<img src="https://images.example/new.jpg" alt="Image 10 of the listing"' in page
    assert "3 more images are not shown." in page


def test_new_images_are_many_only_up_to_a_bound_that_is_told():
    shown = shown_images(images(*range(100)), [])
    assert (len(shown.images), shown.left_out) == (MOST_NEW, 100 - MOST_NEW)


@pytest.mark.parametrize(
    ("address", "is_shown"),
    [
        ("https://images.example/1.jpg", True),
        ("HTTPS://images.example/1.jpg", True),
        ("http://images.example/1.jpg", False),
        ("javascript:https://", False),
        (7, False),
    ],
)
def test_only_images_by_https_are_shown_however_it_is_written(address, is_shown):
    shown = shown_images([address])
    assert list(shown.images.values()) == [address] * is_shown
    assert shown.left_out == 0


def test_removed_and_added_text_is_isolated_from_what_is_around_it():
    style = Path("marketplace/static/review.css").read_text()
    assert re.search(r"\.differences del,\s*\.differences ins \{\s*unicode-bidi: isolate;", style)
