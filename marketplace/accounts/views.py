"""The screen of users."""

import uuid
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
from marketplace.accounts.issuing import foresee_links, issue_for, issue_refusal
from marketplace.accounts.models import PasswordResetToken, User, UserRole
from marketplace.accounts.operations import edit_user
from marketplace.accounts.schemas import profile_problems
from marketplace.accounts.ways import ways
from marketplace.backoffice.bulk import BulkVerb
from marketplace.backoffice.cells import brief_time_cell, email_cell, time_cell
from marketplace.backoffice.fields import PlainForm
from marketplace.backoffice.filters import ChoiceFilter, DateFilter
from marketplace.backoffice.guard import requires
from marketplace.backoffice.ordering import Order
from marketplace.backoffice.paging import Listed
from marketplace.backoffice.record_lists import Choice, RecordColumn, RecordList, RecordPage, counted, page_state
from marketplace.backoffice.screen import actor
from marketplace.backoffice.table import Verb
from marketplace.backoffice.timeline import ANONYMISED, BEGAN, Happening, Others
from marketplace.backoffice.timeline_view import Change, TimelineView
from marketplace.batches.work import Deed
from marketplace.extensions import db, settings
from marketplace.permissions import Permission
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
    Listed.of(PasswordResetToken, queries.listed_tokens),
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
        "expires_at": _l("Expires"),
        "way": _l("Went out"),
    }
    cells = {
        "name": name_cell,
        "role": role_cell,
        "created_at": time_cell,
        "updated_at": time_cell,
    }
    list_cells = {"email": email_cell, "created_at": brief_time_cell, "updated_at": brief_time_cell}
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
        "reset_link.issued": _l("A reset link was issued."),
        "reset_link.used": _l("A reset link was used."),
        "reset_link.voided": _l("A reset link was voided."),
        "reset_link.revoked": _l("A reset link was revoked."),
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
                lambda user, arguments, actor: issue_for(
                    user, reason=arguments["reason"], show=arguments.get("show", False), actor=actor
                ),
                foresee_links,
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

    def concerns_nobody(self, row: User) -> bool:
        return row.is_anonymised

    def title_of(self, row: User) -> str:
        return row.name

    def others_of(self, row: User) -> Others:
        return {PasswordResetToken.__tablename__: queries.token_ids_of(db.session(), row)}

    def other_link(self, happening: Happening) -> tuple[str, str] | None:
        if happening.other is None or not current_user.may(Permission.RESET_TOKENS_READ):
            return None
        return self.get_url("reset-tokens.details_view", id=happening.other[1]), _("the link")

    def changes_of(self, happening: Happening, row: User) -> list[Change]:
        changes = super().changes_of(happening, row)
        # What became of a link stands in the sentence.
        return [change for change in changes if happening.other is None or change.field != "is used"]

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
        user, form = self.find(str(record_id)), ResetLinkForm()
        issued = None
        if request.method == "POST":
            asked = {"reason": form.reason.data, "show": form.wants_it_shown, "page_id": form.page_id}
            issued = self.submit(form, lambda: issue_for(user, **asked, actor=actor()))
        template = "accounts/issued_link.html" if issued else "accounts/issue_link.html"
        page = self.render(
            template,
            row=user,
            form=form,
            issued=issued,
            ways=ways(),
            refusal=issue_refusal(user, actor=actor()) if request.method == "GET" else None,
            hours=settings().reset_token_hours,
        )
        return hide_referrer(make_response(page, self.status_of(form)))
