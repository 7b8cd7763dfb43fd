"""The app."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "benchmarks.django_admin.market"
    label = "market"
