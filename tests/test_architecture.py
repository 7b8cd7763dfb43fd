"""What holds of the whole code: who commits, what forms hold, who assigns a status."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from wtforms import Form

import marketplace
from marketplace.accounts.views import UserView
from marketplace.bookings.models import BookingStatus
from marketplace.bookings.views import BookingView
from marketplace.listings.views import ServiceView
from marketplace.notes import WRITTEN

PACKAGE = Path(marketplace.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def test_only_the_transaction_commits():
    committing = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("commit", "begin")
    }
    assert committing == {"transaction.py"}


def test_no_form_holds_a_status():
    for module in pkgutil.walk_packages(marketplace.__path__, "marketplace."):
        importlib.import_module(module.name)
    forms = set(subclasses(Form))
    assert {"BookingForm", "NewBookingForm", "ServiceForm", "UserForm", "StaffMemberForm"} <= {
        form.__name__ for form in forms
    }
    # The constructor itself asks for no field that the class lacks, so the class tells all of them.
    holding = [form.__name__ for form in forms if hasattr(form, "status") or hasattr(form, "is_active")]
    assert holding == []


def subclasses(parent: type) -> list[type]:
    return [each for child in parent.__subclasses__() for each in (child, *subclasses(child))]


def test_every_act_on_a_record_with_a_timeline_has_a_sentence_in_it():
    told = {*BookingView.happenings, *ServiceView.happenings, *UserView.happenings, WRITTEN}
    acts = {each for path in MODULES for call in calls(path) if is_record(call) for each in names_of(call.args[0])}
    assert acts
    missing = {act for act in acts if act.split(".")[0] in ("booking", "service", "user")} - told
    assert missing == set()


def is_record(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "record" and bool(call.args)


def names_of(argument: ast.expr) -> list[str]:
    """Return what an act may be called: as it is written, or for each status that stands in it."""
    if isinstance(argument, ast.Constant):
        return [str(argument.value)]
    if isinstance(argument, ast.JoinedStr) and ast.unparse(argument) == "f'booking.{status}'":
        return [f"booking.{status}" for status in BookingStatus if status != BookingStatus.PENDING]
    return []


def test_only_move_to_move_back_to_and_a_new_booking_assign_a_status():
    assigning = {
        (str(path.relative_to(PACKAGE)), node.lineno)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "status"
    }
    assert [path for path, _line in sorted(assigning)] == ["bookings/models.py"] * 2


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_verbs_and_tables_know_nothing_of_the_web(path):
    if path.stem not in (
        "operations",
        "models",
        "queries",
        "schemas",
        "sessions",
        "calendars",
        "running",
        "scheduling",
        "slots",
        "snapshots",
        "week",
        "clocks",
        "contacts",
        "anonymisation",
        "disclosure",
        "disguises",
        "duplicates",
        "messengers",
        "person",
        "phone_numbers",
        "phones",
        "prices",
        "shouting",
        "signals",
        "web_addresses",
    ):
        return
    imported = {
        name
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert not {name for name in imported if name.split(".")[0].startswith(("flask", "wtforms", "werkzeug"))}
