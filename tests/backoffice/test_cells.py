"""How values stand in a list: what is long breaks where it has a joint."""

import pytest

from marketplace.backoffice.cells import breakable
from tests.factories import BatchFactory, PasswordResetTokenFactory, StaffInviteFactory, UserFactory


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ada.lovelace@post.example.com", "ada.lovelace<wbr>@post<wbr>.example<wbr>.com"),
        ("Reset link for ada@example.com. Again?", "Reset link for ada<wbr>@example<wbr>.com. Again?"),
        ("make demo 1.5", "make demo 1.5"),
        ("<b>&@x.y", "&lt;b&gt;&amp;<wbr>@x<wbr>.y"),
        ("@", "<wbr>@"),
    ],
)
def test_an_e_mail_address_breaks_before_its_sign_and_before_the_dots_of_its_domain(text, written):
    assert breakable(text) == written


def test_e_mail_addresses_break_in_first_columns_titles_and_facts(app, administrator):
    user = UserFactory(email="ada@post.example.com")
    token = PasswordResetTokenFactory(email=user.email)
    broken = "ada<wbr>@post<wbr>.example<wbr>.com"
    BatchFactory(author_label=user.email)
    StaffInviteFactory(invited_by=user.email)
    for page in ("users/", "reset-tokens/", "batches/", "staff/invites/", f"users/details/?id={user.id}"):
        assert f'<span dir="auto">{broken}</span>' in administrator.get(f"/admin/{page}").text.replace(
            'class="id" ', ""
        )
    details = administrator.get(f"/admin/reset-tokens/details/?id={token.id}").text
    assert f'<h1 dir="auto">Reset link for {broken}</h1>' in details
