"""The page of a batch: who sees it and who goes on with it, its file, its list, drafts that nobody begins."""

import csv
import datetime as dt
import io

import pytest
import sqlalchemy as sa

from marketplace.batches.models import Batch, BatchItem
from marketplace.bookings.models import Booking
from marketplace.extensions import db
from marketplace.permissions import Role
from tests.audit_log import entries
from tests.batch_steps import batch_at, begin, draft, outcomes, press, work_as_briefly_as_possible
from tests.factories import BatchFactory, BookingFactory, ServiceFactory


@pytest.fixture
def half_done(app, support, monkeypatch):
    """The address of a batch whose first two bookings of five are cancelled."""
    ids = [BookingFactory(status="pending").id for _each in range(5)]
    address = draft(support, "bookings", "cancellation", ids)
    with monkeypatch.context() as patched:
        patched.setattr("marketplace.batches.running.AT_ONCE", 2)
        work_as_briefly_as_possible(app, patched)
        press(support, address, "start", reason="A storm.")
    assert batch_at(address).done == 2
    return address


def test_any_agent_with_the_right_goes_on_and_the_log_tells_who_did_what(support, as_role, half_done):
    colleague = as_role(Role.SUPPORT)
    assert "Go on" in colleague.get(half_done).text
    begin(colleague, half_done)
    assert [entry.actor_id for entry in entries("booking.cancelled")] == [support.member_id] * 2 + [
        colleague.member_id
    ] * 3
    [resumed] = entries("batch.resumed")
    assert resumed.actor_id == colleague.member_id
    assert "gone on with by" in support.get(half_done).text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATIONS])
def test_who_may_not_run_it_may_look_at_it_and_press_nothing(as_role, half_done, role):
    browser = as_role(role)
    page = browser.get(half_done).text
    assert "2 of 5: 3 still wait." in page
    assert "Go on" not in page
    for button in ("start", "progress", "stop", "retry", "undo"):
        assert press(browser, half_done, button).status_code == 403
    assert batch_at(half_done).done == 2


def test_a_step_answers_with_how_far_it_is(support, half_done):
    url = f"/admin/batches/{half_done.partition('id=')[2]}/progress"
    look = support.get(url)
    assert 'data-state="running"' in look.text
    assert batch_at(half_done).done == 2, "looking does nothing"
    token = support.token("/admin/profile/")
    step = support.post(url, data={"csrf_token": token}, headers={"X-Step": "1"})
    assert step.status_code == 200
    assert 'data-state="finished"' in step.text
    assert "<html" not in step.text


def test_its_items_come_in_parts_and_pages(support, half_done, monkeypatch):
    monkeypatch.setattr("marketplace.backoffice.batch_account.ITEMS_SHOWN", 2)
    assert len(outcomes(support, half_done)) == 5
    assert [outcome for _id, outcome in outcomes(support, f"{half_done}&show=waiting")] == ["Waiting"] * 3
    assert [outcome for _id, outcome in outcomes(support, f"{half_done}&show=done")] == ["Done"] * 2
    for odd in ("show=x", "after=x", "after=-1", "after=99999999999999999999", "after=²", "show=waiting&after=4"):
        assert support.get(f"{half_done}&{odd}").status_code == 200


def test_the_result_is_a_file_of_every_item_and_taking_it_is_recorded(support, administrator):
    named = BookingFactory(status="pending", service=ServiceFactory(title="=1+1"))
    closed = BookingFactory(status="completed")
    gone = BookingFactory(status="pending").id
    address = draft(support, "bookings", "cancellation", [named.id, closed.id, gone])
    db.session.execute(sa.delete(Booking).where(Booking.id == gone))
    db.session.commit()
    url = f"/admin/batches/{address.partition('id=')[2]}/result"
    assert support.get(url).status_code == 409
    begin(support, address)
    answer = support.get(url)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=batch-")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [(row["number"], row["id"], row["outcome"], row["why_not"]) for row in rows] == [
        ("1", str(named.id), "done", ""),
        ("2", str(closed.id), "refused", "A completed booking cannot be cancelled."),
        ("3", str(gone), "refused", "This record no longer exists."),
    ]
    assert rows[0]["row"].startswith("'=1+1 / ")
    assert dt.datetime.fromisoformat(rows[0]["at"]).tzinfo is not None
    [taken] = entries("batch.exported")
    assert taken.actor_id == support.member_id
    assert administrator.get(url).status_code == 200


@pytest.mark.parametrize(("role", "status"), [(Role.MANAGER, 200), (Role.OPERATIONS, 403)])
def test_the_file_is_for_who_may_run_the_verb_or_export_the_table(as_role, half_done, role, status):
    assert as_role(role).get(f"/admin/batches/{half_done.partition('id=')[2]}/result").status_code == status


def test_batches_are_listed_newest_first_by_state(support, half_done):
    draft(support, "bookings", "confirmation", [BookingFactory(status="pending").id])
    done = begin(support, draft(support, "bookings", "completion", [BookingFactory(status="pending").id]))
    page = support.get("/admin/batches/").text
    assert page.index("Complete: 1 booking") < page.index("Cancel: 5 bookings")
    assert "finished" in support.get(done).text.lower()
    assert "2 of 5" in page
    drafted = "Confirm: 1 booking"
    assert drafted not in page, "what is not begun is only known by its address"
    running = support.get("/admin/batches/?state=running").text
    assert "Cancel: 5 bookings" in running
    assert "Confirm: 1 booking" not in running
    who = batch_at(half_done).author_label
    assert "Cancel: 5 bookings" in support.get(f"/admin/batches/?search={who}").text
    assert "Cancel: 5 bookings" in support.get(f"/admin/batches/?search={half_done.partition('id=')[2]}").text


def test_drafts_that_nobody_begins_are_forgotten_after_a_day(support, half_done):
    old = BatchFactory(state="draft", created_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)).id
    young = BatchFactory(state="draft", created_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=23)).id
    draft(support, "bookings", "confirmation", [BookingFactory(status="pending").id])
    db.session.rollback()
    left = set(db.session.scalars(sa.select(Batch.id)))
    assert old not in left
    assert young in left
    assert batch_at(half_done).id in left
    assert not db.session.scalars(sa.select(BatchItem).where(BatchItem.batch_id == old)).all()


def test_a_batch_of_a_verb_or_a_table_that_is_no_more_breaks_no_page(support):
    no_verb, no_table = BatchFactory(verb="deletion"), BatchFactory(subject_type="invoices")
    assert support.get(f"/admin/batches/details/?id={no_verb.id}").status_code == 200
    assert support.get(f"/admin/batches/details/?id={no_table.id}").status_code == 404
    for batch in (no_verb, no_table):
        assert press(support, f"id={batch.id}", "progress").status_code == 404
    assert support.get("/admin/batches/").status_code == 200


def test_the_way_back_leads_to_the_list_as_it_was(support):
    booking = BookingFactory(status="pending")
    address = draft(
        support, "bookings", "cancellation", [booking.id], back="/admin/bookings/?search=ada&status=pending"
    )
    assert 'href="/admin/bookings/?search=ada&amp;status=pending"' in support.get(address).text
    elsewhere = draft(support, "bookings", "cancellation", [booking.id], back="//evil.example/")
    assert "evil.example" not in support.get(elsewhere).text
