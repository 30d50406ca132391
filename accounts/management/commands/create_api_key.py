"""Makes an API key for a person and prints it; the key is shown this once, alone on the last line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.apikeys.services import api_key_create
from accounts.models import Team, User
from accounts.models.api_keys import DEFAULT_DAYS, MOST_DAYS
from crm.core.actor import Actor
from crm.core.errors import CrmError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="e-mail address of the person the key acts for")
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--scopes", required=True, help="space-separated, such as 'customers:read deals:write'")
        parser.add_argument("--team", help="name of the one team the key reaches; without it, all of the person's")
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help=f"life of the key, {MOST_DAYS} at most")
        parser.add_argument(
            "--allow",
            action="append",
            default=[],
            metavar="CIDR",
            help="a network it may be used from; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key, secret = api_key_create(
                Actor.system("create_api_key"),
                user=self._user(options["user"]),
                team=self._team(options["team"]),
                name=options["name"],
                scopes=options["scopes"].replace(",", " ").split(),
                days=options["days"],
                allowed_networks=" ".join(options["allow"]).replace(",", " ").split(),
            )
        except CrmError as error:
            reasons = [f"{detail['field']}: {detail['message']}" for detail in error.details]
            raise CommandError("; ".join(reasons) or error.message) from None
        self.stdout.write(f"{key.name}, for {key.user.email}, until {key.expires_at:%Y-%m-%d %H:%M} UTC")
        self.stdout.write(secret)

    def _user(self, email: str) -> User:
        user = User.objects.select_related("role").filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        return user

    def _team(self, name: str | None) -> Team | None:
        team = Team.objects.filter(name=name).first() if name else None
        if name and team is None:
            raise CommandError(f"There is no team {name}.")
        return team
