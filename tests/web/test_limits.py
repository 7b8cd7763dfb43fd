"""What a request may weigh and hold."""

import io

import pytest

from marketplace.web.limits import BODY_BYTES, FIELDS
from tests.factories import BookingFactory
from tests.raw_rows import stored_rows


def test_a_thousand_fields_are_looked_at_and_one_more_is_not(administrator):
    token = administrator.token("/admin/")
    for amount, status in ((FIELDS - 1, 400), (FIELDS, 413)):
        form = {"csrf_token": token, **{f"f{number}": "x" for number in range(amount)}}
        assert administrator.post("/admin/bookings/action/", data=form).status_code == status


def test_two_mebibytes_are_looked_at_and_one_byte_more_is_not(administrator):
    token = f"csrf_token={administrator.token('/admin/')}&x="
    for amount, status in ((BODY_BYTES, 400), (BODY_BYTES + 1, 413)):
        body = token + "x" * (amount - len(token))
        answer = administrator.post(
            "/admin/bookings/action/",
            data=body,
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == status


def test_a_body_that_hides_its_length_is_refused(administrator):
    """A chunked body has no Content-Length to refuse it by."""
    body = io.BytesIO(b"x=" + b"x" * (BODY_BYTES + 10))
    answer = administrator.post(
        "/login",
        input_stream=body,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


def test_a_length_that_is_announced_is_believed_before_anything_is_read(stranger):
    class Unread(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, _buffer):
            raise AssertionError("nothing should be read")

    with Unread() as body:
        given = {"wsgi.input": body, "CONTENT_LENGTH": str(10**12)}
        answer = stranger.post("/login", content_type="application/x-www-form-urlencoded", environ_overrides=given)
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "", "9" * 100])
def test_a_length_that_is_no_number_is_refused(stranger, length):
    answer = stranger.post("/login", headers={"Content-Length": length})
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/admin/users/?search=%00", None),
        ("/admin/users/?%00=x", None),
        ("/admin/users/a%00b", None),
        ("/admin/bookings/action/", {"rowid": "\0"}),
        ("/admin/bookings/action/", {"a\0b": "x"}),
        ("/admin/bookings/action/", {"action": "confirmation\0"}),
    ],
)
def test_nul_is_refused_and_nothing_is_done(administrator, path, form):
    rows = {"rowid": str(BookingFactory().id), "action": "confirmation", "confirmed": "1"}
    token = administrator.token("/admin/")
    before = stored_rows(but=("staff_sessions",))
    answer = administrator.get(path) if form is None else administrator.post(
        path, data={"csrf_token": token, **rows, **form},
    )  # fmt: skip
    assert answer.status_code in (400, 404)
    assert stored_rows(but=("staff_sessions",)) == before
