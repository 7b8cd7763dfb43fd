"""How long browsers keep styles and scripts."""

import re

from marketplace.web.assets import A_DAY, A_YEAR


def addresses(page):
    return re.findall(r'(?:href|src)="(/[^"]*static/[^"]*)"', page.text)


def test_every_file_of_a_page_is_kept_for_good(stranger):
    found = addresses(stranger.get("/login"))
    assert len(found) > 4
    for address in found:
        answer = stranger.get(address)
        assert answer.status_code == 200
        assert answer.cache_control.immutable, address
        assert answer.cache_control.max_age == A_YEAR


def test_an_address_with_another_fingerprint_is_kept_for_a_day(stranger):
    for address in ("/static/app.css", "/static/app.css?v=000000000000"):
        answer = stranger.get(address)
        assert not answer.cache_control.immutable
        assert answer.cache_control.max_age == A_DAY


def test_a_changed_file_gets_another_address(app, tmp_path, monkeypatch):
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    style = tmp_path / "some.css"
    with app.test_request_context():
        found = set()
        for content in ("a {}", "b {}"):
            style.write_text(content)
            found.add(app.url_for("static", filename="some.css"))
        assert len(found) == 2
        assert app.url_for("static", filename="none.css") == "/static/none.css"


def test_a_file_that_is_none_stays_unknown(stranger):
    assert stranger.get("/static/none.css?v=1").status_code == 404
    assert stranger.get("/static/../app.py?v=1").status_code == 404
