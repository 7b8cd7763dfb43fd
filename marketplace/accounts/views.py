"""The screens of users and of reset tokens."""

import datetime as dt
import hmac
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import make_response, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import queries
from marketplace.accounts.cells import name_cell, profile_facts, role_cell, token_state_cell
from marketplace.accounts.disclosure import REVEALED, disclose_profile, masked_parts
from marketplace.accounts.forms import PROFILE_KEYS, ResetLinkForm, UserForm
from marketplace.accounts.mail import mail_reset_link
from marketplace.accounts.models import PasswordResetToken, User, UserRole
from marketplace.accounts.operations import (
    edit_user,
    is_live_token,
    issue_reset_link,
    new_token,
    revoke_refusal,
    revoke_reset_token,
)
from marketplace.accounts.reset_page import reset_link
from marketplace.accounts.schemas import profile_problems
from marketplace.audit import Actor
from marketplace.backoffice.bulk import BulkVerb
from marketplace.backoffice.cells import brief_time_cell, time_cell
from marketplace.backoffice.fields import PlainForm
from marketplace.backoffice.filters import ChoiceFilter, DateFilter
from marketplace.backoffice.guard import requires
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.paging import Listed
from marketplace.backoffice.record_lists import Choice, RecordColumn, RecordList, RecordPage, counted, page_state
from marketplace.backoffice.screen import actor
from marketplace.backoffice.table import TableView, Verb
from marketplace.backoffice.timeline import ANONYMISED, BEGAN
from marketplace.backoffice.timeline_view import TimelineView
from marketplace.batches.work import Deed, one_by_one
from marketplace.database import lock, session_of
from marketplace.extensions import db, settings
from marketplace.permissions import Permission
from marketplace.staff.proof import needs_proof
from marketplace.transaction import after_commit
from marketplace.web.headers import hide_referrer

ListsOf = Callable[[User, Callable[..., str]], Sequence[RecordPage]]
"""Makes lists of records on the page of a user, whose address the second argument makes."""

ROLES = [(UserRole.CUSTOMER.value, _l("Customer")), (UserRole.PROVIDER.value, _l("Provider"))]

REVEAL_FIELDS = {"phone": _l("phone"), "address": _l("address"), "other": _l("all else in the profile")}
"""What an entry calls the fields that were shown, in words."""

RESET_LINKS = RecordList(
    "links",
    _l("Reset links"),
    "reset-tokens.details_view",
    Listed.of(PasswordResetToken, lambda page: sa.select(*page.c)),
    {
        "created_at": RecordColumn(
            _l("Issued"), brief_time_cell, Order(PasswordResetToken.created_at, PasswordResetToken.id)
        ),
        "state": RecordColumn(_l("State"), token_state_cell),
        "expires_at": RecordColumn(
            _l("Expires"), brief_time_cell, Order(PasswordResetToken.expires_at, PasswordResetToken.id)
        ),
    },
    {"all": Choice(_l("All"), lambda: (), sort="created_at", descending=True)},
    _l("No reset link was ever issued for this e-mail address."),
)


def issue_for(user: User, *, by_mail: bool, actor: Actor, page_id: uuid.UUID | None = None) -> dict[str, Any]:
    """Issue a link for `user`; mail it after the commit if that is wanted, else hand it out to be shown.

    :param page_id: of the page that was sent: sent again, it hands out the same link and mails nothing, as long as the
        link lives.
    """
    is_mailed, storage = settings().sends_mail and by_mail, settings().reset_token_storage
    token = token_of(page_id, user, actor, "mailed" if is_mailed else "shown") if page_id else new_token()
    link, email = reset_link(token), user.email
    lock(user)
    if not is_live_token(session_of(user), token, storage=storage):
        valid = dt.timedelta(hours=settings().reset_token_hours)
        issue_reset_link(user, actor=actor, storage=storage, valid=valid, token=token)
        if is_mailed:
            after_commit(lambda: mail_reset_link(email, link))
    return {"mailed_to": email} if is_mailed else {"link": link}


def token_of(page_id: uuid.UUID, user: User, actor: Actor, way: str) -> str:
    """Return the token that a page issues for `user` to go that `way`: to all without our key, 32 random bytes."""
    words = f"reset link {page_id} {user.id} {actor.audit_id} {way}"
    key = settings().secret_key.get_secret_value()
    return urlsafe_b64encode(hmac.digest(key.encode(), words.encode(), "sha256")).decode().rstrip("=")


class UserView(TimelineView):
    record_name = "user"
    read_permission = Permission.USERS_READ
    edit_permission = Permission.USERS_EDIT
    export_permission = Permission.USERS_EXPORT
    details_template = "accounts/user.html"
    edit_template = "accounts/edit_user.html"
    change_form = UserForm

    column_list = ("email", "name", "role", "created_at", "updated_at")
    column_details_list = ("email", "role", "created_at", "updated_at")
    column_labels = {
        "email": _l("E-mail"),
        "name": _l("Name"),
        "role": _l("Role"),
        "created_at": _l("Joined"),
        "updated_at": _l("Changed"),
        "profile": _l("Profile"),
        "firstName": _l("First name"),
        "lastName": _l("Last name"),
        "phone": _l("Phone"),
        "address": _l("Address"),
        "fields": _l("Shown"),
    }
    cells = {
        "name": name_cell,
        "role": role_cell,
        "created_at": time_cell,
        "updated_at": time_cell,
    }
    list_cells = {"created_at": brief_time_cell, "updated_at": brief_time_cell}
    sort_columns = {
        "email": User.email,
        "created_at": User.created_at,
        "updated_at": User.updated_at,
    }
    list_filters = (
        ChoiceFilter("role", _l("Role"), ROLES, lambda role: User.role == role),
        DateFilter("joined_from", _l("Joined from"), lambda moment: User.created_at >= moment),
        DateFilter("joined_to", _l("Joined to"), lambda moment: User.created_at < moment, whole_day=True),
    )
    searched = queries.USER_SEARCH
    tabs = "role"
    search_hint = _l("E-mail, name or id")
    made = "user.created"
    happenings = {
        "user.edited": _l("The account was edited."),
        "user.password_reset": _l("A new password was set by a reset link."),
        REVEALED: _l("Masked details were shown to staff."),
        "user.exported": _l("Everything held about the person was written into a file."),
        ANONYMISED: _l("The account was anonymised."),
        BEGAN: _l("The account was opened in the marketplace."),
    }
    tellings = {"fields": lambda value, _user: ", ".join(str(REVEAL_FIELDS.get(each, each)) for each in value)}
    bulk_verbs = (
        BulkVerb(
            "reset-link",
            _l("Issue reset links"),
            Permission.RESET_TOKENS_ISSUE,
            Deed(
                lambda user, arguments, actor: issue_for(user, by_mail=arguments["by_mail"], actor=actor),
                one_by_one(lambda _user: None),
            ),
            ResetLinkForm,
            hands_out=True,
        ),
    )

    def __init__(self, model: Any, *, lists: Sequence[ListsOf] = (), **options: Any) -> None:
        """:param lists: make the lists of records on a user's page that belong to domains above this one."""
        super().__init__(model, **options)
        self.lists = lists

    def rows(self) -> sa.Select[Any]:
        return queries.users()

    def exported(self) -> sa.Select[Any]:
        return queries.exported_users()

    @expose("/export/<export_type>/")
    @needs_proof(download=True)
    def export(self, export_type: str) -> Response:
        return super().export(export_type)

    def concerns_nobody(self, row: User) -> bool:
        return row.is_anonymised

    def title_of(self, row: User) -> str:
        return row.name

    def verbs(self, row: User) -> Sequence[Verb]:
        if not current_user.may(Permission.RESET_TOKENS_ISSUE):
            return ()
        return (Verb(_("Issue reset link"), self.get_url(".reset_link_view", record_id=row.id)),)

    def page_parts(self, row: User) -> Mapping[str, Any]:
        address = partial(self._address, row)
        lists = [page for make in self.lists for page in make(row, address)]
        if current_user.may(Permission.RESET_TOKENS_READ):
            lists.append(self._reset_links(row, address))
        masked = masked_parts(row.profile)
        return {
            **super().page_parts(row),
            "lists": counted(db.session(), lists, row.id),
            "problems": profile_problems(row.profile),
            "is_revealed": False,
            "refusals": (),
            "can_reveal": bool(masked) and current_user.may(Permission.USERS_REVEAL),
            "reveal_url": self.get_url(".disclosure_view", record_id=row.id, **page_state()),
            "facts_of_profile": partial(profile_facts, row.profile),
        }

    @requires(Permission.USERS_REVEAL)
    @expose("/<uuid:record_id>/disclosure", methods=("GET", "POST"))
    def disclosure_view(self, record_id: uuid.UUID) -> Response:
        """Show the page with the masked parts of the profile: this once, and no other page."""
        user, form = self.find(str(record_id)), PlainForm()
        if request.method == "GET":
            return redirect(self._address(user, **page_state()))
        most = settings().reveals_per_hour
        is_revealed = self.submit(form, lambda: disclose_profile(user, actor=actor(), most=most)) is not None
        user = self.find(str(record_id))
        page = self.details_page(user, is_revealed=is_revealed, refusals=form.form_errors)
        response = make_response(page, self.status_of(form))
        response.retry_after = getattr(form, "retry_after", None)
        return response

    def _address(self, row: User, **parameters: Any) -> str:
        return self.get_url(".details_view", id=row.id, **parameters)

    def _reset_links(self, row: User, address: Callable[..., str]) -> RecordPage:
        keys = sa.select(PasswordResetToken.id).where(PasswordResetToken.email == row.email)
        all_url = url_for("reset-tokens.index_view", search=row.email)
        return RESET_LINKS.read(db.session(), keys, all_url=all_url, page=address)

    def change_row(self, row: User, changes: Mapping[str, Any]) -> None:
        named = {PROFILE_KEYS.get(name, name): value for name, value in changes.items() if name != "reason"}
        reason, region = changes.get("reason") or "", settings().phone_region
        edit_user(row, changes=named, reason=reason, actor=actor(), region=region)

    @requires(Permission.RESET_TOKENS_ISSUE)
    @expose("/<uuid:record_id>/reset-link", methods=("GET", "POST"))
    def reset_link_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        user = self.find(str(record_id))
        form = ResetLinkForm()
        issued = None
        if request.method == "POST":
            by_mail, page_id = form.by_mail.data, form.page_id
            issued = self.submit(form, lambda: issue_for(user, by_mail=by_mail, actor=actor(), page_id=page_id))
        template = "accounts/issued_link.html" if issued else "accounts/issue_link.html"
        page = self.render(
            template,
            row=user,
            form=form,
            issued=issued,
            sends_mail=settings().sends_mail,
            hours=settings().reset_token_hours,
        )
        return hide_referrer(make_response(page, self.status_of(form)))


STATES = [("open", _l("Open")), ("closed", _l("Used or voided")), ("expired", _l("Expired"))]


class ResetTokenView(TableView):
    record_name = "reset token"
    read_permission = Permission.RESET_TOKENS_READ
    column_list = ("email", "state", "created_at", "expires_at")
    column_details_list = column_list
    column_labels = {
        "email": _l("For"),
        "state": _l("State"),
        "created_at": _l("Issued"),
        "expires_at": _l("Expires"),
    }
    list_cells = {"created_at": brief_time_cell, "expires_at": brief_time_cell}
    sort_columns = {
        "email": Order(
            PasswordResetToken.email, PasswordResetToken.id, further=(PasswordResetToken.expires_at,), opposed=True
        ),
        "created_at": PasswordResetToken.created_at,
        "expires_at": PasswordResetToken.expires_at,
    }
    list_filters = (ChoiceFilter("state", _l("State"), STATES, queries.token_state_condition),)
    searched = queries.TOKEN_SEARCH
    search_hint = _l("E-mail")
    empty_hint = _l("Reset links are issued on the page of a user.")
    bulk_verbs = (
        BulkVerb(
            "revocation",
            _l("Revoke"),
            Permission.RESET_TOKENS_REVOKE,
            Deed(lambda token, _arguments, actor: revoke_reset_token(token, actor=actor), one_by_one(revoke_refusal)),
            PlainForm,
            style="danger",
        ),
    )

    cells = {"state": token_state_cell, "created_at": time_cell, "expires_at": time_cell}

    def rows(self) -> sa.Select[Any]:
        return queries.tokens()

    def title_of(self, row: PasswordResetToken) -> str:
        return _("Reset link for %(email)s", email=row.email)

    def verbs(self, row: PasswordResetToken) -> Sequence[Verb]:
        if not current_user.may(Permission.RESET_TOKENS_REVOKE):
            return ()
        url = self.get_url(".revocation_view", record_id=row.id)
        return (Verb(_("Revoke"), url, revoke_refusal(row), "danger"),)

    def page_parts(self, row: PasswordResetToken) -> Mapping[str, Any]:
        owner = session_of(row).scalar(sa.select(User.id).where(User.email == row.email))
        return {"owner_url": url_for("users.details_view", id=owner) if owner else None}

    @requires(Permission.RESET_TOKENS_REVOKE)
    @expose("/<uuid:record_id>/revocation", methods=("GET", "POST"))
    def revocation_view(self, record_id: uuid.UUID) -> Response | tuple[str, int]:
        token, form = self.find(str(record_id)), PlainForm()
        return self.verb_page(
            token,
            form,
            lambda: revoke_reset_token(token, actor=actor()),
            title=_("Revoke this reset link"),
            done=_("The link was revoked."),
            template="admin/model/verb.html",
            refusal=revoke_refusal(token),
        )
