"""The shape of `users.profile`, and of what a form puts into it."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from marketplace.accounts.phones import international
from marketplace.words import EMAIL
from marketplace.words import gettext as _

PROFILE_KEYS = ("firstName", "lastName", "phone", "address")
"""Those that we know."""


class Profile(BaseModel):
    """Who a user is; keys that we do not know are kept as they are."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, strict=True, hide_input_in_errors=True)

    first_name: str = Field("", alias="firstName", max_length=100)
    last_name: str = Field("", alias="lastName", max_length=100)
    phone: str = Field("", max_length=40)
    address: str = Field("", max_length=500)


class PartlyOurs(dict[str, Any]):
    """A profile of which we write some keys, while another program wrote the others, be they malformed or not."""

    def __init__(self, stored: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
        super().__init__({**stored, **ours})
        self.ours = dict(ours)


def validate_profile(value: Any) -> Any:
    """Return `value` as it is to be stored.

    :raises pydantic.ValidationError: (a ValueError) when what we write of it does not have the shape of a profile.
    """
    Profile.model_validate(value.ours if isinstance(value, PartlyOurs) else value)
    return value


def _fitting_email(text: str) -> str:
    if not re.fullmatch(EMAIL, text):
        raise PydanticCustomError("email", _("This is not an e-mail address."))
    return text


def _fitting_phone(text: str, info: ValidationInfo) -> str:
    if not text:
        return text
    try:
        return international(text, region=(info.context or {}).get("region", ""))
    except ValueError as failure:
        raise PydanticCustomError("phone", str(failure)) from None


class Changes(BaseModel):
    """What is put into an account: any of these, and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    email: Annotated[str, Field(max_length=255), AfterValidator(_fitting_email)] = ""
    firstName: Annotated[str, Field(max_length=100)] = ""  # noqa: N815 - the key of the profile
    lastName: Annotated[str, Field(max_length=100)] = ""  # noqa: N815 - the key of the profile
    phone: Annotated[str, Field(max_length=40), AfterValidator(_fitting_phone)] = ""
    address: Annotated[str, Field(max_length=500)] = ""


def fitting(changes: Mapping[str, Any], *, region: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    """Return `changes` as they are to be stored, and what is wrong: key to sentence.

    :param changes: `email`, and keys of the profile.
    :param region: the country whose telephone numbers are written without a `+`.
    """
    try:
        return Changes.model_validate(dict(changes), context={"region": region}).model_dump(exclude_unset=True), {}
    except ValidationError as failure:
        return {}, {str(error["loc"][0]): _sentence(error).capitalize() for error in failure.errors()}


def profile_problems(stored: Any) -> list[str]:
    """Say in words what is wrong with a stored profile; nothing when it fits."""
    if not isinstance(stored, dict):
        return ["profile: this is no set of names and values"]
    try:
        Profile.model_validate(stored)
    except ValidationError as failure:
        return [f"{'.'.join(map(str, error['loc']))}: {_sentence(error)}" for error in failure.errors()]
    return []


def _sentence(error: Any) -> str:
    if error["type"] == "string_type":
        return "this is no text"
    if error["type"] == "string_unicode":
        return "this holds half a character, which no page can show"
    if error["type"] == "string_too_long":
        return f"this is longer than {error['ctx']['max_length']} characters"
    if error["type"] == "extra_forbidden":
        return "this cannot be changed here"
    return str(error["msg"])


def full_name(stored: Any) -> str:
    """Return first and last name of a stored profile as far as they can be read; else an empty string."""
    if not isinstance(stored, dict):
        return ""
    names = (stored.get("firstName"), stored.get("lastName"))
    return " ".join(name.strip() for name in names if isinstance(name, str) and name.strip())
