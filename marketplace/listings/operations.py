"""What can be done to services."""

from collections.abc import Mapping
from typing import Any

from marketplace.audit import Actor, record
from marketplace.database import lock
from marketplace.listings.models import Service


def edit_service(service: Service, *, changes: Mapping[str, Any], actor: Actor) -> None:
    """Change what a listing says; whether it is active belongs to moderation.

    :param changes: column name to new value; `availability` and `images` in the shapes of schemas.py.
    """
    lock(service)
    changed = {name: (getattr(service, name), new) for name, new in changes.items() if getattr(service, name) != new}
    if not changed:
        return
    for name, (_old, new) in changed.items():
        setattr(service, name, new)
    record("service.edited", service, actor=actor, label=service.title, changes=changed)
