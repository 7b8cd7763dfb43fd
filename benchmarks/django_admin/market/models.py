"""The shared tables; Django neither makes nor changes them."""

import uuid
from typing import Any

from django.db import models


class PlainJSON(models.JSONField):
    """A column of type json, which the driver has parsed already; Django expects jsonb, which it parses itself."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return super().from_db_value(value, expression, connection) if isinstance(value, str) else value


class User(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.CharField(max_length=255)
    role = models.CharField(max_length=20)
    profile = PlainJSON()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "users"

    def __str__(self) -> str:
        return f"{self.profile['firstName']} {self.profile['lastName']}"


class Service(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(User, models.PROTECT)
    title = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)

    class Meta:
        managed = False
        db_table = "services"

    def __str__(self) -> str:
        return self.title


class Booking(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    customer = models.ForeignKey(User, models.PROTECT, related_name="bookings")
    service = models.ForeignKey(Service, models.PROTECT)
    provider = models.ForeignKey(User, models.PROTECT, related_name="orders")
    status = models.CharField(
        max_length=20,
        choices=[(name, name.capitalize()) for name in ("pending", "confirmed", "completed", "cancelled")],
    )
    scheduled_at = models.DateTimeField()
    duration = models.IntegerField()
    total_amount = models.DecimalField(max_digits=10, decimal_places=2)
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "bookings"

    def __str__(self) -> str:
        return str(self.id)
