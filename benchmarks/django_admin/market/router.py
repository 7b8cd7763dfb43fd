"""Which database a table is in."""

from typing import Any


class MarketRouter:
    def db_for_read(self, model: Any, **_hints: Any) -> str | None:
        return "market" if model._meta.app_label == "market" else None  # noqa: SLF001 - Django's documented way

    db_for_write = db_for_read

    def allow_relation(self, first: Any, second: Any, **_hints: Any) -> bool | None:
        return None

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        return db == "default" and app_label != "market"
