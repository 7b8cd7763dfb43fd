"""Filters of a list: each a named parameter of the address, read strictly, turned into conditions."""

import datetime as dt
import uuid
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy.sql import ColumnElement

from marketplace.web.formats import day

Condition = ColumnElement[bool]


class FilterError(ValueError):
    """A filter's value cannot be understood; the sentence says what would be."""


@dataclass(frozen=True)
class ChoiceFilter:
    """One of a few values, such as a status."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]] | Callable[[], Sequence[tuple[str, str]]]
    condition: Callable[[str], Condition]
    kind: ClassVar[str] = "choice"

    def options(self) -> Sequence[tuple[str, str]]:
        return self.choices() if callable(self.choices) else self.choices

    def read(self, text: str, _zone: ZoneInfo) -> Condition:
        if text not in {value for value, _label in self.options()}:
            raise FilterError(_("%(label)s: choose one from the list.", label=self.label))
        return self.condition(text)

    def told(self, text: str) -> str:
        """Write the value for people, as each filter does; what cannot be understood, as it was typed."""
        return next((str(label) for value, label in self.options() if value == text), text)


@dataclass(frozen=True)
class DateFilter:
    """A day in the viewer's zone; `condition` gets the moment at which it begins or, with `whole_day`, ends."""

    name: str
    label: str
    condition: Callable[[dt.datetime], Condition]
    whole_day: bool = False
    kind: ClassVar[str] = "date"

    def read(self, text: str, zone: ZoneInfo) -> Condition:
        try:
            first = dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), zone)
            return self.condition((first + dt.timedelta(days=1) if self.whole_day else first).astimezone(dt.UTC))
        except (ValueError, OverflowError):
            raise FilterError(_("%(label)s: write a day as 2026-01-31.", label=self.label)) from None

    def told(self, text: str) -> str:
        try:
            return day(dt.date.fromisoformat(text))
        except ValueError:
            return text


@dataclass(frozen=True)
class RecordFilter:
    """One record, named by its id; lists and pages link with it."""

    name: str
    label: str
    condition: Callable[[uuid.UUID], Condition]
    title_of: Callable[[uuid.UUID], str | None]
    """Names the record; None where there is none."""
    kind: ClassVar[str] = "record"

    def read(self, text: str, _zone: ZoneInfo) -> Condition:
        try:
            return self.condition(uuid.UUID(text))
        except ValueError:
            raise FilterError(_("%(label)s: this is no id.", label=self.label)) from None

    def told(self, text: str) -> str:
        try:
            return self.title_of(uuid.UUID(text)) or text
        except ValueError:
            return text


@dataclass(frozen=True)
class TextFilter:
    """Exactly this text."""

    name: str
    label: str
    condition: Callable[[str], Condition]
    suggestions: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)
    """Texts that it may be, and what they mean."""
    kind: ClassVar[str] = "text"

    def suggested(self) -> Mapping[str, Any]:
        return self.suggestions() if callable(self.suggestions) else self.suggestions

    def read(self, text: str, _zone: ZoneInfo) -> Condition:
        return self.condition(text)

    def told(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class LinkFilter(TextFilter):
    """Exactly this text, which lists and pages link with: nobody types it, so it has no field."""

    kind: ClassVar[str] = "record"


Filter = ChoiceFilter | DateFilter | RecordFilter | TextFilter


@dataclass(frozen=True)
class FilterState:
    """What the address asks for: values as typed, the conditions they mean, and what could not be understood."""

    zone: str
    values: dict[str, str] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def meaning(self) -> Hashable:
        """What tells these conditions from others: days are those of a zone."""
        return self.zone, *((name, value) for name, value in self.values.items() if name not in self.errors)


def read_filters(filters: Sequence[Filter], parameters: Mapping[str, Any], zone: ZoneInfo) -> FilterState:
    """Read every filter's parameter; one that cannot be understood filters nothing and is named in `errors`."""
    state = FilterState(zone.key)
    for each in filters:
        text = str(parameters.get(each.name, "")).strip()[:200]
        if not text:
            continue
        state.values[each.name] = text
        try:
            state.conditions.append(each.read(text, zone))
        except FilterError as error:
            state.errors[each.name] = str(error)
    return state
