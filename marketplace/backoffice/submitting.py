"""What becomes of a form that was sent: validated, done in a transaction, or refused with what was typed kept."""

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy.exc import OperationalError

from marketplace.connections import was_in_the_way
from marketplace.errors import DomainError
from marketplace.transaction import in_transaction
from marketplace.web.errors import note_taken, taken_sentence


def submit(form: FlaskForm, act: Callable[[], Any]) -> Any:
    """Validate `form` and run `act` in a transaction; return what it returned, or None when it was refused.

    A refusal is kept on the form, beside the field it concerns where there is one; so is that others held the records
    for too long. A form that `only_looks` was sent to have its page show more, not to do anything.

    :param act: is run again, from its beginning, where the database gave it up for the sake of others.
    """
    if not form.validate():
        form.outcome = 200 if getattr(form, "only_looks", False) else getattr(form, "outcome", 422)
        return None
    try:
        result = in_transaction(act)
    except DomainError as refusal:
        form.outcome, form.retry_after = refusal.status, getattr(refusal, "seconds", None)
        show_refusal(form, refusal)
        return None
    except OperationalError as failure:
        if not was_in_the_way(failure):
            raise
        note_taken(failure)
        form.outcome = 503
        form.form_errors = [*form.form_errors, taken_sentence()]
        return None
    return True if result is None else result


def status_of(form: FlaskForm) -> int:
    """Return the status of the answer that shows `form`: 200, or why it was refused."""
    return getattr(form, "outcome", 200)


def show_refusal(form: FlaskForm, refusal: DomainError) -> None:
    """Put the sentence of `refusal` beside the fields it concerns, or above the form."""
    named = [form[name] for name in getattr(refusal, "fields", ()) if name in form]
    for field in named:
        field.errors = (*field.errors, str(refusal))
    if not named:
        form.form_errors = [*form.form_errors, str(refusal)]
