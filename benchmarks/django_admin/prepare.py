"""Make Django's own tables and one superuser."""

import os

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.django_admin.settings")


def main() -> None:
    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - only after the setup

    call_command("migrate", verbosity=0)
    email, password = os.environ["STAFF_EMAIL"], os.environ["STAFF_PASSWORD"]
    get_user_model().objects.create_superuser(email, email, password)


if __name__ == "__main__":
    main()
