"""Django's command for the first person of an installation; the policy holds with --noinput, too."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
