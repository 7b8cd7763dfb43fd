"""The desk of reset links: who issued which, why, how it went out, how often, and how it ended."""

import datetime as dt
import re
import smtplib
import uuid
from collections import Counter
from functools import partial
from html import unescape
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine
from flask import current_app
from flask_mailman import EmailMessage

from marketplace.accounts.limits import DAY, HOUR, Limits, limit_refusal
from marketplace.accounts.models import PasswordResetToken, ResetLinkRecord, User
from marketplace.accounts.operations import edit_user
from marketplace.accounts.reset_links import is_live_token, issue_reset_link, reset_password, revoke_reset_token
from marketplace.batches import running
from marketplace.database import utcnow
from marketplace.extensions import db
from marketplace.permissions import ROLE_PERMISSIONS, Permission, Role
from marketplace.staff.models import StaffMember
from marketplace.transaction import transaction
from tests.audit_log import entries
from tests.backoffice.test_timeline import timeline_of
from tests.batch_steps import draft, outcomes, press, preview
from tests.factories import PASSWORD, PasswordResetTokenFactory, StaffMemberFactory, UserFactory
from tests.others import at_once
from tests.pages import fields_of
from tests.proofs import let_proof_grow_old
from tests.raw_rows import stored_rows

ASKED = {"reason": "She rang from the number in her profile."}
SHOWN = {**ASKED, "show": "y"}
LINK = "https://account.example.com/reset/"
AN_HOUR_SINCE, A_DAY_SINCE = HOUR + dt.timedelta(minutes=1), DAY + dt.timedelta(minutes=1)


def link_page(user):
    return f"/admin/users/{user.id}/reset-link"


def text(answer):
    return unescape(answer.get_data(as_text=True))


def known():
    """Return what the desk noted, in the order of issuing."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(ResetLinkRecord).order_by(ResetLinkRecord.issued_at)))


def setting(monkeypatch, **changes):
    changed = current_app.extensions["settings"].model_copy(update=changes)
    monkeypatch.setitem(current_app.extensions, "settings", changed)


def issue(user, actor=None, **options):
    with transaction():
        given = {"reason": "Rang.", "storage": "digest", "valid": DAY, **options}
        return issue_reset_link(user, actor=actor or StaffMemberFactory(), **given)


def made_older(by):
    """Have every link been issued `by` so much earlier."""
    db.session.rollback()
    for record in db.session.scalars(sa.select(ResetLinkRecord)):
        record.issued_at -= by
    db.session.commit()


# -- What it notes -------------------------------------------------------------------------------


def test_it_notes_who_issued_a_link_for_whom_why_and_how(app, support):
    user = UserFactory()
    support.submit(link_page(user), ASKED)
    [record], [token] = known(), db.session.scalars(sa.select(PasswordResetToken))
    agent = db.session.get(StaffMember, support.member_id)
    assert (record.token_id, record.user_id, record.issuer_id) == (token.id, user.id, agent.id)
    assert (record.issuer_label, record.reason, record.way) == (agent.email, ASKED["reason"], "mailed")
    assert record.issued_at == token.created_at
    assert (record.ended_as, record.sealed) == (None, None)
    [entry] = entries("reset_link.issued")
    assert (entry.reason, entry.changes["way"]) == (ASKED["reason"], [None, "mailed"])


def test_without_a_reason_no_link_is_issued_and_what_was_typed_is_kept(app, support):
    for reason in ("", "   "):
        answer = support.submit(link_page(UserFactory()), {"reason": reason, "show": "y"})
        assert answer.status_code == 422
        assert "This field is required." in text(answer)
    [box] = re.findall(r'<input[^>]*name="show"[^>]*>', text(answer))
    assert " checked" in box
    assert not entries("reset_link.issued")


def test_it_notes_how_a_link_ended_and_by_whom(app):
    sana = StaffMemberFactory(email="sana@example.com")
    used, voided, revoked, moved = (UserFactory() for _each in range(4))
    token = issue(used)
    with transaction() as session:
        reset_password(session, token, password_hash="x", storage="digest")
    issue(voided)
    issue(voided, sana)
    issue(revoked)
    with transaction():
        mine = sa.select(PasswordResetToken).where(PasswordResetToken.email == revoked.email)
        revoke_reset_token(db.session.scalars(mine).one(), actor=sana)
    issue(moved)
    with transaction():
        edit_user(moved, changes={"email": "moved@example.com"}, reason="Married.", actor=sana)
    told = [(each.user_id, each.ended_as, each.ended_by) for each in known()]
    assert told == [
        (used.id, "used", used.email),
        (voided.id, "voided", "sana@example.com"),
        (voided.id, None, None),
        (revoked.id, "revoked", "sana@example.com"),
        (moved.id, "voided", "sana@example.com"),
    ]
    assert all(each.ended_at is not None for each in known() if each.ended_as)


def test_a_link_of_another_program_is_listed_and_its_end_is_noted_where_it_ends_here(app, administrator):
    user = UserFactory()
    PasswordResetTokenFactory(email=user.email, is_used=True)
    theirs = PasswordResetTokenFactory(email=user.email)
    page = text(administrator.get("/admin/reset-tokens/"))
    assert page.count("Issued by another program") == 2
    assert page.count(">used or voided</span>") == 1
    details = text(administrator.get(f"/admin/reset-tokens/details/?id={theirs.id}"))
    assert "Issued by another program" in details
    assert administrator.submit(f"/admin/reset-tokens/{theirs.id}/revocation").status_code == 302
    [record] = known()
    assert (record.token_id, record.user_id, record.ended_as) == (theirs.id, user.id, "revoked")
    assert (record.issuer_id, record.issuer_label, record.way) == (None, None, None)


def test_a_link_of_another_program_with_no_moment_and_no_account_breaks_nothing(app, administrator):
    token = PasswordResetTokenFactory(email="nobody@example.com")
    db.session.execute(sa.update(PasswordResetToken).values(created_at=None))
    db.session.commit()
    assert "no account" in text(administrator.get("/admin/reset-tokens/"))
    assert administrator.submit(f"/admin/reset-tokens/{token.id}/revocation").status_code == 302
    assert known() == []
    assert "used or voided" in text(administrator.get("/admin/reset-tokens/?state=closed"))


# -- How it goes out -----------------------------------------------------------------------------


def without_show(monkeypatch):
    fewer = {role: may - {Permission.RESET_TOKENS_SHOW} for role, may in ROLE_PERMISSIONS.items()}
    for role, may in fewer.items():
        monkeypatch.setitem(ROLE_PERMISSIONS, role, may)


def test_whoever_may_not_see_links_mails_them_whatever_the_form_says(app, support, monkeypatch):
    without_show(monkeypatch)
    user = UserFactory()
    assert 'name="show"' not in text(support.get(link_page(user)))
    answer = support.submit(link_page(user), SHOWN)
    assert (answer.status_code, LINK in text(answer)) == (200, False)
    assert len(current_app.extensions["mailman"].outbox) == 1
    batch = draft(support, "users", "reset-link", [UserFactory().id])
    assert LINK not in text(press(support, batch, "start", **SHOWN))
    assert [each.way for each in known()] == ["mailed", "mailed"]


def test_without_mail_the_link_is_shown_to_who_may_see_it(app, support, monkeypatch):
    setting(monkeypatch, mail_backend="smtp", mail_server="")
    user = UserFactory()
    assert "since no mail server is set up" in text(support.get(link_page(user)))
    assert LINK in text(support.submit(link_page(user), ASKED))
    assert [each.way for each in known()] == ["shown"]


def test_without_mail_and_the_right_to_see_links_the_page_says_that_neither_is_possible(app, support, monkeypatch):
    user = UserFactory()
    token = support.token(link_page(user))
    setting(monkeypatch, mail_backend="smtp", mail_server="")
    without_show(monkeypatch)
    page = text(support.get(link_page(user)))
    assert "no mail server is set up (MAIL_SERVER), and your role may not see links" in page
    answer = support.post(link_page(user), data={**SHOWN, "csrf_token": token})
    assert answer.status_code == 409
    assert "your role may not see links" in text(answer)
    ready, refused = preview(support, draft(support, "users", "reset-link", [user.id]))
    assert (ready, list(refused.values())) == (0, [1])
    assert not known()


def test_a_mail_that_the_server_does_not_take_is_said_to_the_agent_and_names_nobody_in_the_log(
    app, support, monkeypatch, capsys
):
    email, page, other = (user := UserFactory()).email, link_page(user), UserFactory().id

    def refuse(_message, **_options):
        raise smtplib.SMTPRecipientsRefused({email: (550, b"no such mailbox")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    answer = support.submit(page, ASKED)
    assert "did not take the mail" in text(answer)
    batch = draft(support, "users", "reset-link", [other])
    assert "did not take the mail" in text(press(support, batch, "start", **ASKED))
    assert email not in capsys.readouterr().err


def test_a_mail_that_was_lost_is_told_by_the_link_the_timeline_and_the_batch_later_on(app, support, monkeypatch):
    user, other = UserFactory(), UserFactory()

    def refuse(_message, **_options):
        raise TimeoutError("no answer")

    page, form = link_page(user), None
    form = {**fields_of(support.get(page).text), **ASKED}
    monkeypatch.setattr(EmailMessage, "send", refuse)
    assert "did not take the mail" in text(support.post(page, data=form))
    assert "did not take the mail" in text(support.post(page, data=form)), "sent twice, it says the same"
    [record] = known()
    assert record.lost_at is not None
    shown = text(support.get(f"/admin/reset-tokens/details/?id={record.token_id}"))
    assert "the mail server did not take it, so it reached nobody" in shown
    assert timeline_of(support, user)[0].startswith("The mail server did not take the mail with a reset link.")
    assert len(entries("reset_link.mail_lost")) == 1
    batch = draft(support, "users", "reset-link", [other.id])
    press(support, batch, "start", **ASKED)
    [(_id, told)] = outcomes(support, batch)
    assert "its mail was not taken" in told


def test_links_of_which_no_mail_can_be_sent_in_time_are_not_issued(app, support, monkeypatch):
    users = [UserFactory() for _each in range(4)]
    moments = iter(range(0, 1000, 12))
    monkeypatch.setattr(running, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    batch = draft(support, "users", "reset-link", [user.id for user in users])
    page = text(press(support, batch, "start", **ASKED))
    assert "2 of 4 done" in page
    assert "Go on" in page
    assert len(known()) == len(entries("reset_link.issued")) == 2


# -- Sent twice ----------------------------------------------------------------------------------


def test_links_of_a_batch_say_whose_they_are_where_two_have_one_name(app, support):
    profile = {"firstName": "Ada", "lastName": "Same", "phone": "", "address": ""}
    users = [UserFactory(profile=profile, email=f"{name}@example.com") for name in ("one", "two")]
    batch = draft(support, "users", "reset-link", [user.id for user in users])
    page = text(press(support, batch, "start", **SHOWN))
    shown = re.findall(r'>Ada Same</a> <span class="text-body-secondary">(\w+)<wbr>@example', page)
    assert sorted(shown) == ["one", "two"]
    assert '<th scope="col">User</th>' in page
    assert "give each to nobody but its owner" in page
    mailed = text(press(support, draft(support, "users", "reset-link", [users[0].id]), "start", **ASKED))
    assert "give each to nobody but its owner" not in mailed


def test_an_open_link_is_called_active_on_either_page(app, support):
    user = UserFactory()
    issue(user)
    active = '<span class="status-confirmed">active</span>'
    assert text(support.get("/admin/reset-tokens/")).count(active) == 1
    assert text(support.get(f"/admin/users/details/?id={user.id}")).count(active) == 1


def test_the_token_is_random_and_what_is_kept_for_a_second_sending_does_not_reveal_it(app, support):
    user = UserFactory()
    fields = {**fields_of(text(support.get(link_page(user)))), **SHOWN}
    first, second = (text(support.post(link_page(user), data=fields)) for _each in range(2))
    token = first.split(LINK, 1)[1][:43]
    assert second.split(LINK, 1)[1][:43] == token
    [record] = known()
    assert len(bytes.fromhex(record.sealed)) == 32
    assert fields["form_id"] not in str(vars(record))
    # The same page, the same words, another time: nothing of the token follows from what was sent.
    db.session.execute(sa.delete(ResetLinkRecord))
    db.session.execute(sa.delete(PasswordResetToken))
    db.session.commit()
    third = text(support.post(link_page(user), data=fields))
    assert third.split(LINK, 1)[1][:43] != token


def test_nothing_of_the_token_is_kept_once_the_link_has_ended_or_was_mailed(app, support):
    user = UserFactory()
    support.submit(link_page(user), SHOWN)
    support.submit(link_page(user), ASKED)
    assert [(each.way, each.sealed) for each in known()] == [("shown", None), ("mailed", None)]


def test_another_reason_or_another_way_from_the_same_page_issues_another_link(app, support):
    user = UserFactory()
    fields = {**fields_of(text(support.get(link_page(user)))), **SHOWN}
    tokens = set()
    for changed in ({}, {"reason": "He came by."}):
        tokens.add(text(support.post(link_page(user), data={**fields, **changed})).split(LINK, 1)[1][:43])
    assert len(tokens) == 2
    mailed = {name: value for name, value in fields.items() if name != "show"}
    assert "on its way" in text(support.post(link_page(user), data=mailed))
    assert [each.ended_as for each in known()] == ["voided", "voided", None]


# -- How often -----------------------------------------------------------------------------------


def test_one_agent_issues_so_many_links_an_hour(app, support, monkeypatch):
    setting(monkeypatch, reset_links_per_agent=3)
    for _each in range(3):
        assert support.submit(link_page(UserFactory()), ASKED).status_code == 200
    user = UserFactory()
    assert "You have issued 3 reset links within an hour, which is the most." in text(support.get(link_page(user)))
    typed = {**ASKED, "csrf_token": support.token("/admin/profile/")}
    answer = support.post(link_page(user), data=typed)
    assert answer.status_code == 409
    assert "It is possible again from" in text(answer)
    assert ASKED["reason"] in text(answer)
    made_older(AN_HOUR_SINCE)
    assert support.submit(link_page(user), ASKED).status_code == 200


def test_one_user_is_issued_so_many_links_a_day_by_whomever(app, as_role, monkeypatch):
    setting(monkeypatch, reset_links_per_user=2)
    user = UserFactory()
    for _each in range(2):
        assert as_role("support").submit(link_page(user), ASKED).status_code == 200
    other = as_role("administrator")
    assert "2 reset links were issued for this user within a day" in text(other.get(link_page(user)))
    made_older(AN_HOUR_SINCE)
    assert "2 reset links were issued for this user within a day" in text(other.get(link_page(user)))
    made_older(A_DAY_SINCE)
    assert other.submit(link_page(user), ASKED).status_code == 200


def test_the_refusal_says_when_it_is_possible_again(app, support, monkeypatch):
    setting(monkeypatch, reset_links_per_agent=1, timezone="UTC", locale="en_GB")
    support.submit(link_page(UserFactory()), ASKED)
    [record] = known()
    page = text(support.get(link_page(UserFactory())))
    again = record.issued_at + HOUR
    shown = f"{again + dt.timedelta(minutes=1):%H:%M}" if again.second or again.microsecond else f"{again:%H:%M}"
    assert shown in page.split("It is possible again from", 1)[1][:60]


def test_links_that_owners_asked_the_marketplace_for_count_for_nobody(app, support, monkeypatch):
    setting(monkeypatch, reset_links_per_user=1)
    user = UserFactory()
    for _each in range(3):
        PasswordResetTokenFactory(email=user.email)
    assert support.submit(link_page(user), ASKED).status_code == 200
    assert Counter(each.ended_as for each in known()) == Counter(["voided"] * 3 + [None])


def test_the_preview_of_many_foresees_the_limits_and_running_them_keeps_to_them(app, support, monkeypatch):
    setting(monkeypatch, reset_links_per_agent=4, reset_links_per_user=1)
    users = [UserFactory() for _each in range(6)]
    support.submit(link_page(users[0]), ASKED)
    batch = draft(support, "users", "reset-link", [user.id for user in users])
    ready, refused = preview(support, batch)
    assert ready == 3
    assert refused == {
        "1 reset links were issued for this user within a day, which is the most.": 1,
        "You have issued 4 reset links within an hour, which is the most.": 2,
    }
    press(support, batch, "start", **ASKED)
    told = [outcome for _id, outcome in outcomes(support, batch)]
    assert [each == "Done" for each in told] == [False, True, True, True, False, False]
    assert len(known()) == 4


def test_parallel_requests_cannot_pass_the_limits(app, as_role, monkeypatch):
    setting(monkeypatch, reset_links_per_agent=4, reset_links_per_user=2)
    browser = as_role("support")
    token = browser.token("/admin/profile/")
    cookie = browser.get_cookie("back_office").value

    def sends(users):
        for user in users:
            twin = app.test_client()
            twin.set_cookie("back_office", cookie)
            yield partial(twin.post, link_page(user), data={**ASKED, "csrf_token": token})

    answers = at_once(*sends([UserFactory() for _each in range(8)]))
    assert Counter(answer.status_code for answer in answers) == Counter([200] * 4 + [409] * 4)
    made_older(AN_HOUR_SINCE)
    answers = at_once(*sends([UserFactory()] * 6))
    assert Counter(answer.status_code for answer in answers) == Counter([200] * 2 + [409] * 4)


@pytest.mark.parametrize("hours", [-48, 48])
def test_the_limits_are_counted_by_the_clock_of_the_database(app, hours):
    user, agent = UserFactory(), StaffMemberFactory()
    issue(user, agent)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)):
        for limits in (Limits(per_agent=1), Limits(per_user=1)):
            assert limit_refusal(db.session(), user_id=user.id, agent_id=agent.id, limits=limits)


# -- The list ------------------------------------------------------------------------------------


def test_the_list_says_by_whom_for_whom_and_in_what_state(app, administrator):
    sana, grace = StaffMemberFactory(email="sana@example.com"), UserFactory()
    issue(grace, sana)
    issue(grace, sana)
    page = text(administrator.get("/admin/reset-tokens/"))
    assert f'href="/admin/users/details/?id={grace.id}">Ada Lovelace' in page
    assert f'href="/admin/staff/details/?id={sana.id}">sana<wbr>@example<wbr>.com<' in page
    assert (page.count(">active</span>"), page.count(">voided</span>")) == (1, 1)


def test_who_may_not_open_staff_accounts_sees_by_whom_without_a_link(app, support):
    issue(UserFactory(), StaffMemberFactory(email="sana@example.com"))
    page = text(support.get("/admin/reset-tokens/"))
    assert "sana<wbr>@" in page
    assert "/admin/staff/" not in page


@pytest.mark.parametrize("what", ["password", "account"])
def test_a_link_that_another_program_made_dead_is_listed_as_outdated(app, administrator, what):
    user = UserFactory()
    token = issue(user, StaffMemberFactory())
    email, identity = user.email, user.id
    if what == "password":
        db.session.execute(sa.update(User).where(User.id == identity).values(password="$2b$04$" + "y" * 53))
    else:
        db.session.execute(sa.update(User).where(User.id == identity).values(email="moved@example.com"))
        UserFactory(email=email)
    db.session.commit()
    assert not is_live_token(db.session(), token, storage="digest")
    [row] = db.session.scalars(sa.select(PasswordResetToken.id))
    lists = {state: f"/admin/reset-tokens/?state={state}" for state in ("active", "outdated")}
    badge = '<span class="status-cancelled">outdated</span>'
    for address in lists.values():
        page = administrator.get(address).text
        assert str(row) in page
        assert badge in page
    assert is_live_token(db.session(), issue(UserFactory()), storage="digest")
    assert administrator.get(lists["outdated"]).text.count('name="rowid"') == 1
    assert badge in administrator.get(f"/admin/reset-tokens/details/?id={row}").text
    if what == "password":
        assert badge in administrator.get(f"/admin/users/details/?id={identity}").text


def test_the_list_is_filtered_by_state_issuer_and_day(app, administrator):
    sana, otto = StaffMemberFactory(email="sana@example.com"), StaffMemberFactory(email="otto@example.com")
    one, two = UserFactory(), UserFactory()
    issue(one, sana)
    token = issue(one, otto)
    with transaction() as session:
        reset_password(session, token, password_hash="x", storage="digest")
    issue(two, otto, valid=dt.timedelta())
    PasswordResetTokenFactory(is_used=True)

    def shown(query):
        return text(administrator.get(f"/admin/reset-tokens/?{query}")).count('name="rowid"')

    states = {state: shown(f"state={state}") for state in ("active", "used", "voided", "revoked", "closed", "expired")}
    assert states == {"active": 0, "used": 1, "voided": 1, "revoked": 0, "closed": 1, "expired": 1}
    assert [shown(f"by={each.id}") for each in (sana, otto, StaffMemberFactory())] == [1, 2, 4]
    assert shown(f"by={otto.id}&state=used") == 1
    today = f"{utcnow():%Y-%m-%d}"
    assert (shown(f"from={today}&to={today}"), shown("to=2020-01-01")) == (4, 0)
    choices = text(administrator.get("/admin/reset-tokens/")).split('id="filter-by"', 1)[1].split("</select>", 1)[0]
    assert choices.count("@example.com") == 2


def test_a_filter_that_names_nobody_who_issued_says_so(app, support):
    for value in ("x", str(uuid.uuid4()), "0" * 40):
        answer = support.get(f"/admin/reset-tokens/?by={value}")
        assert answer.status_code == 200
        assert "By: choose one from the list." in text(answer)


def test_the_page_of_a_link_says_why_it_was_issued_and_how_it_ended(app, support):
    user = UserFactory()
    token = issue(user, StaffMemberFactory(email="sana@example.com"), reason="She came to the office.")
    with transaction() as session:
        reset_password(session, token, password_hash="x", storage="digest")
    [record] = known()
    page = text(support.get(f"/admin/reset-tokens/details/?id={record.token_id}"))
    for part in ("She came to the office.", "sana<wbr>@", "A new password was set by it", "Shown to who issued it"):
        assert part in page
    assert f"/admin/users/details/?id={user.id}" in page


def test_the_timeline_of_a_user_tells_of_their_links_with_who_and_why(app, administrator):
    sana, user = StaffMemberFactory(email="sana@example.com"), UserFactory()
    issue(user, sana, reason="She rang.")
    token = issue(user, sana, reason="The mail was lost.")
    with transaction() as session:
        reset_password(session, token, password_hash="x", storage="digest")
    issue(UserFactory(), sana, reason="Somebody else.")
    told = timeline_of(administrator, user)
    sentences = [
        "A new password was set by a reset link.",
        "A reset link was used.",
        "A reset link was issued.",
        "A reset link was voided.",
        "A reset link was issued.",
    ]
    assert [next(each for each in sentences if line.startswith(each)) for line in told[:5]] == sentences
    assert "The mail was lost." in told[2]
    assert "sana@example.com" in told[2]
    assert "Somebody else." not in str(told)
    page = text(administrator.get(f"/admin/users/details/?id={user.id}"))
    assert f'<a href="/admin/staff/details/?id={sana.id}" dir="auto">sana@example.com</a>' in page
    assert page.count(">the link</a>") == 4


def test_the_timeline_links_to_no_link_that_was_removed_and_the_list_says_that_some_were(app, administrator):
    user = UserFactory()
    issue(user, reason="She rang.")
    db.session.execute(sa.update(PasswordResetToken).values(expires_at=utcnow() - dt.timedelta(days=100)))
    db.session.commit()
    assert app.test_cli_runner().invoke(args=["tokens", "purge"]).exit_code == 0
    issue(user, reason="She rang again.")
    page = text(administrator.get(f"/admin/users/details/?id={user.id}"))
    assert page.count("A reset link was issued.") == 2
    assert page.count(">the link</a>") == 1
    for token in db.session.scalars(sa.select(PasswordResetToken)):
        db.session.delete(token)
    db.session.commit()
    page = text(administrator.get(f"/admin/users/details/?id={user.id}"))
    assert ">the link</a>" not in page
    assert "is stored. “What happened” tells of any that were removed." in page


def test_the_timeline_links_to_no_page_that_its_reader_may_not_open(app, operations):
    user = UserFactory()
    issue(user, reason="She rang.")
    page = text(operations.get(f"/admin/users/details/?id={user.id}"))
    assert "A reset link was issued." in page
    assert "/admin/reset-tokens/" not in page
    assert "/admin/staff/" not in page


def test_only_those_roles_see_links_that_the_matrix_names():
    assert {role for role in Role if Permission.RESET_TOKENS_SHOW in ROLE_PERMISSIONS[role]} == {
        Role.SUPPORT,
        Role.ADMINISTRATOR,
    }


def test_a_link_dies_with_a_change_of_the_address_and_of_the_password(app):
    user = UserFactory()
    first = issue(user)
    with transaction():
        edit_user(user, changes={"email": "new@example.com"}, reason="Married.", actor=StaffMemberFactory())
    second, third = issue(user), issue(user)
    with transaction() as session:
        reset_password(session, third, password_hash="x", storage="digest")
    db.session.rollback()
    assert not any(is_live_token(db.session(), each, storage="digest") for each in (first, second, third))
    assert db.session.get(User, user.id).password == "x"


# -- Who asks ------------------------------------------------------------------------------------


def test_an_old_proof_of_who_one_is_has_to_be_renewed_to_issue_a_link(app, support):
    user = UserFactory()
    let_proof_grow_old(support)
    assert 'name="own_password"' in text(support.get(link_page(user)))
    for wrong in ({}, {"own_password": "not mine at all"}):
        answer = support.submit(link_page(user), {**SHOWN, **wrong})
        assert (answer.status_code, ASKED["reason"] in text(answer)) == (422, True)
        assert "not mine at all" not in text(answer)
    assert not known()
    assert LINK in text(support.submit(link_page(user), {**SHOWN, "own_password": PASSWORD}))
    assert 'name="own_password"' not in text(support.get(link_page(user)))


def test_an_old_proof_has_to_be_renewed_to_issue_many(app, support):
    user = UserFactory()
    batch = draft(support, "users", "reset-link", [user.id])
    let_proof_grow_old(support)
    assert press(support, batch, "start", **SHOWN).status_code == 422
    assert not known()
    assert LINK in text(press(support, batch, "start", **SHOWN, own_password=PASSWORD))
    assert PASSWORD not in str(stored_rows())


def test_nobody_gets_a_link_for_an_account_that_is_nobody_s(app, support):
    user = UserFactory()
    db.session.execute(sa.update(User).where(User.id == user.id).values(email=user.anonymous_email))
    db.session.commit()
    page = support.get(f"/admin/users/{user.id}/reset-link").text
    assert "This account is anonymised" in unescape(page)
    address = draft(support, "users", "reset-link", [user.id, UserFactory().id])
    assert preview(support, address) == (1, {"This account is anonymised: it is nobody's any more.": 1})
