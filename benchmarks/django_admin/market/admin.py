"""The admin of the shared tables, tuned as Django's documentation says."""

import csv

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from benchmarks.django_admin.market.models import Booking, Service, User

HEADER = (
    "id",
    "status",
    "scheduled_at",
    "duration",
    "total_amount",
    "currency",
    "customer_email",
    "customer_name",
    "service",
    "provider_email",
    "provider_name",
    "notes",
    "created_at",
)


@admin.action(description="Export as CSV")
def export_csv(_admin: admin.ModelAdmin, _request: HttpRequest, queryset: QuerySet) -> HttpResponse:
    response = HttpResponse(content_type="text/csv")
    writer = csv.writer(response)
    writer.writerow(HEADER)
    for row in queryset.select_related("customer", "service", "provider").iterator():
        writer.writerow(
            (
                row.id,
                row.status,
                row.scheduled_at,
                row.duration,
                row.total_amount,
                row.service.currency,
                row.customer.email,
                row.customer,
                row.service,
                row.provider.email,
                row.provider,
                row.notes,
                row.created_at,
            )
        )
    return response


@admin.action(description="Cancel")
def cancel(_admin: admin.ModelAdmin, _request: HttpRequest, queryset: QuerySet) -> None:
    queryset.filter(status__in=("pending", "confirmed")).update(status="cancelled")


@admin.register(Booking)
class BookingAdmin(admin.ModelAdmin):
    list_display = ("scheduled_at", "status", "customer", "service", "provider", "total_amount", "created_at")
    list_select_related = ("customer", "service", "provider")
    list_filter = ("status",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("customer", "service", "provider")
    search_fields = (
        "customer__email",
        "customer__profile__firstName",
        "customer__profile__lastName",
        "provider__email",
        "provider__profile__firstName",
        "provider__profile__lastName",
        "service__title",
    )
    actions = (export_csv, cancel)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("email", "__str__", "role", "created_at", "updated_at")
    list_filter = ("role",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at", "-id")
    search_fields = ("email",)


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    list_display = ("title",)
    search_fields = ("title",)
