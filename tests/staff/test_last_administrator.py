"""Nobody changes their own role, and the last administrator stays one, also where two act at the same moment."""

from collections import Counter

import pytest
import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.permissions import Role
from marketplace.staff.models import StaffMember
from tests.others import at_once
from tests.pages import fields_of

ROUNDS = 5


def administrators():
    db.session.rollback()
    active = sa.select(sa.func.count()).where(StaffMember.role == Role.ADMINISTRATOR, StaffMember.is_active)
    return db.session.scalar(active)


@pytest.mark.parametrize("act", ["disabling", "role"])
def test_two_administrators_who_remove_each_other_at_the_same_moment_do_not_both_go(app, as_role, act):
    for _round in range(ROUNDS):
        one, other = as_role(Role.ADMINISTRATOR), as_role(Role.ADMINISTRATOR)
        sends = [removal(one, other.member_id, act), removal(other, one.member_id, act)]
        answers = at_once(*sends)
        # Whoever comes second finds themselves logged out, or the last.
        assert Counter(answer.status_code == 302 and "/login" not in answer.location for answer in answers)[True] == 1
        assert administrators() == 1
        db.session.execute(sa.update(StaffMember).values(is_active=False))
        db.session.commit()


def removal(browser, member_id, act):
    """Open the page and return what sends its form."""
    if act == "disabling":
        url = f"/admin/staff/{member_id}/disabling"
        typed = {"reason": "Left."}
    else:
        url = f"/admin/staff/edit/?id={member_id}"
        typed = {"role": "support"}
    sent = {**fields_of(browser.get(url).text), **typed}
    return lambda: browser.post(url, data=sent)


def test_nobody_changes_their_own_role(administrator, as_role):
    as_role(Role.ADMINISTRATOR)
    url = f"/admin/staff/edit/?id={administrator.member_id}"
    sent = {**fields_of(administrator.get(url).text), "role": "support"}
    answer = administrator.post(url, data=sent)
    assert answer.status_code == 409
    assert "Nobody changes or disables their own account." in answer.text
    assert administrators() == 2
