"""The shape of `users.profile`."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Profile(BaseModel):
    """Who a user is; keys that we do not know are kept as they are."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, strict=True, hide_input_in_errors=True)

    first_name: str = Field("", alias="firstName", max_length=100)
    last_name: str = Field("", alias="lastName", max_length=100)
    phone: str = Field("", max_length=40)
    address: str = Field("", max_length=500)


def validate_profile(value: Any) -> Any:
    """Return `value` as it is to be stored.

    :raises pydantic.ValidationError: (a ValueError) when it does not have the shape of a profile.
    """
    Profile.model_validate(value)
    return value


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
    if error["type"] == "string_too_long":
        return f"this is longer than {error['ctx']['max_length']} characters"
    return str(error["msg"])


def full_name(stored: Any) -> str:
    """Return first and last name of a stored profile as far as they can be read; else an empty string."""
    if not isinstance(stored, dict):
        return ""
    names = (stored.get("firstName"), stored.get("lastName"))
    return " ".join(name.strip() for name in names if isinstance(name, str) and name.strip())
