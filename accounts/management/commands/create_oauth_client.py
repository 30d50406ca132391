"""Registers an OAuth client and prints its credentials; the secret is shown this once.

A confidential client can also act by itself (client credentials), as an account of its own with the role
`integration` or the one given. In no team, that account sees no team's records.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Application, Role, Team
from accounts.oauth.clients import client_create
from accounts.oauth.service_accounts import integration_role
from crm.core.actor import Actor
from crm.core.errors import CrmError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = [Application.CLIENT_PUBLIC, Application.CLIENT_CONFIDENTIAL]
        parser.add_argument("--name", required=True)
        parser.add_argument("--type", required=True, choices=kinds, dest="client_type")
        parser.add_argument("--redirect-uri", default=[], action="append", dest="redirect_uris", metavar="URI")
        parser.add_argument("--scopes", required=True, help="space-separated, such as 'customers:read deals:write'")
        parser.add_argument("--role", default="", help="of its own account (default: integration)")
        parser.add_argument("--team", default=[], action="append", dest="teams", help="of its own account; repeatable")

    def handle(self, *args: Any, **options: Any) -> None:
        if not all(uri.strip() for uri in options["redirect_uris"]):
            raise CommandError("redirect-uri: An address is missing.")
        try:
            client, secret = client_create(
                Actor.system("create_oauth_client"),
                name=options["name"],
                client_type=options["client_type"],
                redirect_uris=" ".join(options["redirect_uris"]).split(),
                scopes=options["scopes"].replace(",", " ").split(),
                role=self._role(options),
                teams=[_named(Team, name) for name in options["teams"]],
            )
        except CrmError as error:
            reasons = [f"{detail['field']}: {detail['message']}" for detail in error.details]
            raise CommandError("; ".join(reasons) or error.message) from None
        self.stdout.write(f"client_id={client.client_id}")
        if secret:
            self.stdout.write(f"client_secret={secret}")

    def _role(self, options: dict[str, Any]) -> Role | None:
        if options["role"]:
            return _named(Role, options["role"])
        return integration_role() if options["client_type"] == Application.CLIENT_CONFIDENTIAL else None


def _named(model: type[Any], name: str) -> Any:
    """Raises CommandError for a name that nothing has."""
    found = model.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no {model._meta.verbose_name} {name}.")
    return found
