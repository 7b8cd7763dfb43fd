"""Settings of one running back office, read once from the environment."""

import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

from babel.localedata import locale_identifiers
from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SECRET_KEY_MINIMUM = 32
"""Characters; 32 random hex characters carry 128 bits."""

WELL_KNOWN_KEYS = ("changeme", "change-me", "secret", "development", "password", "insecure", "example")


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _named_roles(value: object) -> object:
    """Read names of roles, separated by commas; the word `none` stands for none of them."""
    if value == "none":
        return ()
    roles = _split(value)
    if roles == () and isinstance(value, str):
        raise ValueError("must name roles, separated by commas, or be the word none")
    return roles


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]

StaffRole = Literal["operations", "support", "manager", "administrator"]
StaffRoles = Annotated[tuple[StaffRole, ...], NoDecode, BeforeValidator(_named_roles)]


def psycopg_url(url: str) -> str:
    """Return `url` with the one driver we ship: `postgres://` and `postgresql://` become psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("postgresql+psycopg://", "sqlite://")):
        raise ValueError("must start with postgresql+psycopg:// or sqlite://")
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("is not written as postgresql+psycopg://user:password@host:port/name") from None
    return url


def _strong_key(key: SecretStr) -> SecretStr:
    value = key.get_secret_value()
    if len(value) < SECRET_KEY_MINIMUM:
        raise ValueError(f"must have at least {SECRET_KEY_MINIMUM} characters")
    if len(set(value)) < 8 or any(word in value.lower() for word in WELL_KNOWN_KEYS):
        raise ValueError(
            "is a well-known or repeated word; make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return key


class Settings(BaseSettings):
    """What the environment says. Every name is also understood with `_FILE` behind it, naming a file to read."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    secret_key: Annotated[SecretStr, AfterValidator(_strong_key)]
    secret_key_fallbacks: CommaSeparated = ()
    database_url: Annotated[str, AfterValidator(psycopg_url)]

    reset_link_base_url: str = ""
    """Origin of the public reset page, such as `https://account.example.com`; empty: the address staff use."""
    reset_token_storage: Literal["digest", "plain"] = "digest"  # noqa: S105 - the name of a way to store
    reset_token_hours: PositiveInt = 24
    reset_links_per_agent: PositiveInt = 30
    """That one member of staff issues within an hour."""
    reset_links_per_user: PositiveInt = 5
    """That are issued for one user within 24 hours."""

    require_second_factor: StaffRoles = get_args(StaffRole)
    """Roles whose members can open nothing until they have set up a second factor."""

    bcrypt_cost: int = 12
    session_idle_minutes: PositiveInt = 30
    session_hours: PositiveInt = 12

    ratelimit_storage_uri: str = "memory://"
    trusted_hosts: CommaSeparated = ()
    proxy_hops: int = 0
    metrics_token: SecretStr | None = None

    mail_server: str = ""
    """Empty: no mail is sent and nothing offers to send any."""
    mail_port: int = 587
    mail_username: str = ""
    mail_password: SecretStr = SecretStr("")
    mail_use_tls: bool = True
    mail_default_sender: str = ""
    mail_backend: Literal["smtp", "console", "locmem", "dummy"] = "smtp"

    batch_seconds: Annotated[float, Field(ge=0, le=20)] = 1.0
    """For how long one request works on many rows before it tells how far it is."""
    web_threads: PositiveInt = 8
    """Requests that one process answers at once; gunicorn.conf.py reads the same variable."""

    phone_region: str = ""
    """Country, such as `GB`, whose telephone numbers are typed without a `+`; empty: each needs its country's code."""
    reveals_per_hour: PositiveInt = 60
    """Of how many people one member of staff can have phone and address shown within an hour."""

    timezone: str = "UTC"
    locale: str = "en_GB"
    """How dates, times, numbers and money are written for staff who chose nothing else."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    testing: bool = False

    @field_validator("secret_key_fallbacks")
    @classmethod
    def _strong_fallbacks(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            _strong_key(SecretStr(key))  # Whoever knows it can sign cookies, as with the key itself.
        return keys

    @field_validator("phone_region")
    @classmethod
    def _known_region(cls, value: str) -> str:
        region = value.strip().upper()
        if region and region not in SUPPORTED_REGIONS:
            raise ValueError("is not the code of a country, such as GB")
        return region

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not the name of a time zone, such as Europe/Berlin")
        return value

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, value: str) -> str:
        name = value.replace("-", "_")
        if name not in locale_identifiers():
            raise ValueError("is not the name of a locale, such as de_DE")
        return name

    @field_validator("reset_link_base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError("must be an address such as https://account.example.com")
        return value

    @field_validator("ratelimit_storage_uri")
    @classmethod
    def _known_storage(cls, value: str) -> str:
        if not re.match(r"(memory|rediss?|redis\+unix)://", value):
            raise ValueError("must be memory:// or start with redis://, rediss:// or redis+unix://")
        return value

    @field_validator("bcrypt_cost")
    @classmethod
    def _bcrypt_range(cls, value: int) -> int:
        if not 4 <= value <= 20:
            raise ValueError("must be between 4 and 20")
        return value

    @property
    def sends_mail(self) -> bool:
        return bool(self.mail_server) or self.mail_backend != "smtp"


def load_settings() -> Settings:
    """Read the settings from the environment.

    :raises SystemExit: with one line that names the first variable that is missing or wrong.
    """
    try:
        return Settings(**_from_files())
    except ValidationError as failure:
        raise SystemExit(_first_problem(failure)) from None


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, without its port) is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _from_files() -> dict[str, Any]:
    values = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"{name.upper()}_FILE")
        if path and name.upper() not in os.environ:
            try:
                values[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as failure:
                raise SystemExit(f"The back office cannot start: {name.upper()}_FILE: {failure}.") from None
            except UnicodeDecodeError:
                raise SystemExit(f"The back office cannot start: {name.upper()}_FILE: {path} holds no text.") from None
    return values


def _first_problem(failure: ValidationError) -> str:
    error = failure.errors(include_input=False, include_url=False)[0]
    name = str(error["loc"][0]).upper() if error["loc"] else "the environment"
    problem = "is not set" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
    return f"The back office cannot start: {name} {problem}."
