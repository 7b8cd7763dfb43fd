"""The few ways in which the domain says no, each a sentence for the person at the screen."""

from collections.abc import Iterable


class DomainError(Exception):
    """Something asked of the domain cannot be done; `str(error)` is the sentence that says why."""

    status = 409


class NotAllowedNow(DomainError):
    """The rules forbid the act in the record's present state."""


class InvalidTransition(NotAllowedNow):
    """A record cannot go from the state it is in to the one that was asked for."""


class InvalidInput(DomainError):
    """What was typed cannot be taken; `fields` are the names of the form fields it concerns."""

    status = 422

    def __init__(self, sentence: str, *, fields: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.fields = tuple(fields)


class Stale(DomainError):
    """The record is no longer as it was when the form was loaded."""


class TooOften(DomainError):
    """It was done as often as it may be for now; in `seconds` it may be done again."""

    status = 429

    def __init__(self, sentence: str, *, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Unknown(DomainError):
    """No such record."""

    status = 404


def refuse(refusal: str | None) -> None:
    """Raise NotAllowedNow with the sentence of a predicate, if it says one."""
    if refusal:
        raise NotAllowedNow(refusal)
