"""Removes every second factor of a person, for the day when no administrator is left who could."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.mfa.services import second_factor_reset
from accounts.models import User
from crm.core.actor import Actor


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError("There is nobody with that address.")
        second_factor_reset(Actor.system("reset_second_factor"), user.pk)
        self.stdout.write(f"{user.email} has no second factor any more and is signed out everywhere.")
